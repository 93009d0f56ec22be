// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>

#include "pipelines/gst/push_pad.h"
#include "pipelines/legs/leg_shared.h"
#include "pipelines/legs/rtp_stream.h"
#include "pipelines/legs/webrtc_leg.h"

namespace tessera {

// RTP packets into a webrtcbin, as this receiver's streams; pushed from whatever thread the fan-out uses.
class WebRtcOutput : public LegOutput {
 public:
  // Links to the sink pads of a webrtcbin. Main thread.
  static Result<std::shared_ptr<WebRtcOutput>> create(GstPad* audioSink, GstPad* videoSink,
                                                      std::shared_ptr<LegShared> shared);

  // What the answer lets us send. Before the gate opens; also tells webrtcbin our caps, so that it connects
  // its inner chain when the answer is applied.
  void start(bool sendVideo, bool sendAudio);
  void stop();  // any thread; pushes return false from now on

  bool ready() const override { return shared_->open(); }
  bool takesVideo() const override { return sendVideo_; }
  bool pushVideo(const RtpFrame& frame, std::size_t first, std::size_t count) override;
  bool pushAudio(const RtpFrame& packet) override;

 private:
  struct Line {  // of the session description
    Line(const char* name, gst::Ref<GstCaps> caps, gst::PushPad::EventHandler onEvent);
    RtpStream stream;
    gst::PushPad pad;
  };
  WebRtcOutput(gst::Ref<GstCaps> audio, gst::Ref<GstCaps> video, std::shared_ptr<LegShared> shared);

  std::shared_ptr<LegShared> shared_;
  Line video_;
  Line audio_;
  std::atomic<bool> sendVideo_{false};
  std::atomic<bool> sendAudio_{false};
};

}  // namespace tessera
