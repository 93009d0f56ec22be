// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "base/result.h"
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A sink pad of our own without an element, without preroll and without a queue: the callbacks run on the
// streaming thread that brings the buffer. They capture values and shared state, never `this` of something
// that may go first; they are freed with the pad, which outlives its last chain call.
class ReceivePad {
 public:
  struct Handlers {
    // PTS is running time, that is CLOCK_MONOTONIC under configureClock().
    std::function<GstFlowReturn(const Ref<GstBuffer>&)> onBuffer;
    // What the element above may send, e.g. mono 48 kHz; null: anything.
    Ref<GstCaps> caps;
    // False refuses the caps: the stream ends with not-negotiated.
    std::function<bool(GstCaps*)> onCaps;
    std::function<void()> onEnd;  // end of stream, after the last buffer
    bool wantsVideoMeta = false;  // strides and offsets may come by GstVideoMeta, saving a copy
  };

  ReceivePad(const std::string& name, Handlers handlers);
  ~ReceivePad();  // waits for a running onBuffer
  ReceivePad(const ReceivePad&) = delete;
  ReceivePad& operator=(const ReceivePad&) = delete;

  void sendUpstream(Ref<GstEvent> event);  // any thread, e.g. a keyframe request
  [[nodiscard]] Status linkFrom(GstElement* element, const char* padName = "src");
  [[nodiscard]] Status linkFrom(GstPad* source);

  struct State;

 private:
  Ref<GstPad> pad_;
};

}  // namespace tessera::gst
