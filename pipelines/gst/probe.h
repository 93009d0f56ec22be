// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "pipelines/gst/ref.h"

namespace tessera::gst {

// A pad probe that is removed when destroyed. The callback runs on the pad's streaming thread, and may still
// be running right after the removal: it captures values, never `this`.
class PadProbe {
 public:
  using Callback = std::function<GstPadProbeReturn(GstPad*, GstPadProbeInfo*)>;

  PadProbe() = default;
  PadProbe(GstPad* pad, GstPadProbeType type, Callback callback);
  ~PadProbe() { reset(); }
  PadProbe(PadProbe&& other) noexcept;
  PadProbe& operator=(PadProbe&& other) noexcept;

  void reset();

 private:
  Ref<GstPad> pad_;
  gulong id_ = 0;
};

// A probe that stays as long as its pad: for pads whose end is the end of their element.
void addLastingProbe(GstPad* pad, GstPadProbeType type, PadProbe::Callback callback);

}  // namespace tessera::gst
