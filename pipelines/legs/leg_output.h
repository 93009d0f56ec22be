// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>

#include "pipelines/gst/push_pad.h"
#include "pipelines/legs/leg_shared.h"
#include "pipelines/legs/webrtc_leg.h"

namespace tessera {

// Encoded media into a webrtcbin: a payloader per kind, pushed from whatever thread the fan-out uses.
class WebRtcOutput : public LegOutput {
 public:
  // Makes the payloaders in `bin`, linked to the sink pads of a webrtcbin. Main thread.
  static Result<std::shared_ptr<WebRtcOutput>> create(GstBin* bin, GstPad* audioSink, GstPad* videoSink,
                                                      std::shared_ptr<LegShared> shared);

  // What the answer lets us send. Before the gate opens; also tells webrtcbin our caps, so that it connects
  // its inner chain when the answer is applied.
  void start(bool sendVideo, bool sendAudio);
  void stop();  // any thread; pushes return false from now on

  bool ready() const override { return shared_->open(); }
  bool takesVideo() const override { return sendVideo_; }
  bool pushVideo(const gst::Ref<GstBuffer>& frame) override;
  bool pushAudio(const gst::Ref<GstBuffer>& packet) override;

 private:
  explicit WebRtcOutput(std::shared_ptr<LegShared> shared);

  std::shared_ptr<LegShared> shared_;
  gst::PushPad video_;
  gst::PushPad audio_;
  std::atomic<bool> sendVideo_{false};
  std::atomic<bool> sendAudio_{false};
};

}  // namespace tessera
