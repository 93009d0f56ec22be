// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/mix/audio_block.h"
#include "pipelines/mix/video_frame.h"
#include "room/rung.h"
#include "support/media_probes.h"

namespace tessera::test {

// What a rung makes, decoded again with other libraries than those that made it. One thread at a time.
class PictureDecoder {
 public:
  struct Picture {
    mix::Nanos time{0};
    int width = 0, height = 0;
    Yuv colour;  // of a place near the middle
  };

  explicit PictureDecoder(VideoCodec codec);
  ~PictureDecoder();
  PictureDecoder(const PictureDecoder&) = delete;
  PictureDecoder& operator=(const PictureDecoder&) = delete;

  void push(const gst::Ref<GstBuffer>& frame);
  void drain();  // the last call

  std::vector<Picture> pictures;

 private:
  int width_ = 0, height_ = 0;
  const gst::Ref<GstElement> bin_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

// AAC packets decoded again. One thread at a time.
class AacDecoder {
 public:
  explicit AacDecoder(int channels);
  ~AacDecoder();
  AacDecoder(const AacDecoder&) = delete;
  AacDecoder& operator=(const AacDecoder&) = delete;

  // Packets whose times do not follow each other fail the test.
  void push(const gst::Ref<GstBuffer>& packet);
  void drain();  // the last call

  mix::Nanos begin() const { return begin_; }  // of the first sample
  std::vector<std::int16_t> samples;           // interleaved

 private:
  mix::Nanos begin_{0}, next_{0};
  const gst::Ref<GstElement> bin_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

}  // namespace tessera::test
