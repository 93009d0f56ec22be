// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <string>

#include "base/result.h"
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A source pad of our own without an element and without a thread: whoever has a buffer pushes it from where
// they are. Made and linked on the main thread; push() by one thread at a time. Stream-start, caps and a
// time segment from 0 go before the first buffer, so PTS is CLOCK_MONOTONIC under configureClock().
class PushPad {
 public:
  // Upstream events (keyframe requests and the like), on whatever thread sent them. True: handled. What is
  // not handled is swallowed all the same, there is nothing above us.
  using EventHandler = std::function<bool(GstEvent*)>;

  PushPad(const std::string& name, Ref<GstCaps> caps, EventHandler onUpstreamEvent);
  ~PushPad();
  PushPad(const PushPad&) = delete;
  PushPad& operator=(const PushPad&) = delete;

  [[nodiscard]] Status linkTo(GstElement* element, const char* padName = "sink");
  [[nodiscard]] Status linkTo(GstPad* sink);
  void start();  // sends the sticky events now, so that those below know the caps before the first buffer
  // Takes the buffer. GST_FLOW_FLUSHING after stop() or once the receiver is shut down.
  GstFlowReturn push(Ref<GstBuffer> buffer);
  GstFlowReturn push(Ref<GstBufferList> buffers);
  GstFlowReturn pushEvent(Ref<GstEvent> event);  // downstream, serialised with push() by the caller
  void stop();                                   // any thread; pushes fail from now on

 private:
  Ref<GstPad> pad_;
  Ref<GstCaps> caps_;
  std::atomic<bool> started_{false};
};

}  // namespace tessera::gst
