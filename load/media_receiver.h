// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "load/delay_check.h"
#include "load/frame_decoder.h"
#include "load/picture_check.h"
#include "load/receiver_check.h"
#include "load/sound_check.h"
#include "pipelines/gst/receive_pad.h"

namespace tessera::load {

// What one member has received so far, over all its connections. Written by streaming threads.
struct Received {
  explicit Received(VideoCodec codec) : video(codec) {}
  std::mutex mutex;  // guards all below
  VideoCheck video;
  AudioCheck audio;
  PictureCheck picture;
  DelayCheck delay;
  SoundCheck sound;
  std::optional<TimePoint> firstFrame;
};

// The receiving end of one connection: two pads that webrtcbin's are linked to. Decodes until the first frame
// (or all along), then only looks at the packets.
class MediaReceiver {
 public:
  struct Settings {
    VideoCodec codec = VideoCodec::vp8;
    int videoPayload = 0;
    bool keepDecoding = false;           // and looks at picture and sound
    bool soundIsFirst = false;           // the first packet of sound counts as the first frame
    std::function<void()> onFirstFrame;  // on a streaming thread
  };

  static Result<std::shared_ptr<MediaReceiver>> create(std::shared_ptr<Received> received, Settings settings);
  // From webrtcbin's pad-added, on its thread. A pad that nobody expects is drained.
  void attach(GstPad* pad);

 private:
  struct VideoInput;
  MediaReceiver() = default;

  std::shared_ptr<VideoInput> input_;
  std::unique_ptr<gst::ReceivePad> video_, audio_;
  std::mutex mutex_;  // guards the following
  bool videoLinked_ = false, audioLinked_ = false;
};

}  // namespace tessera::load
