// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "post/av.h"
#include "post/avc.h"

struct AVAudioFifo;
struct SwrContext;
struct SwsContext;

namespace tessera::post {

// Encodes the media of a part again, so that it fits the file. Packets go in and come out with timestamps of
// the part's media time; what cannot be decoded is passed over. Small enough for limited memory: one or two
// threads.

using PacketSink = std::function<Status(AVPacket&)>;

// What a re-encoded picture must be like.
struct VideoTarget {
  AVCodecID codec = AV_CODEC_ID_H264;  // or VP8
  int width = 0, height = 0;
  int profile = FF_PROFILE_UNKNOWN;  // of H.264
  unsigned spsId = 0;                // of H.264; the parameter sets' id
};

// The same target always gives the same parameter sets.
[[nodiscard]] Result<CodecPtr> openVideoEncoder(const VideoTarget& target);
[[nodiscard]] Result<CodecPtr> openSoundEncoder(AVCodecID codec, int channels);

class VideoTranscoder {
 public:
  [[nodiscard]] static Result<VideoTranscoder> open(const AVCodecParameters& from, const VideoTarget& target);
  // Null: no more comes; everything is given out.
  Status push(const AVPacket* packet, const PacketSink& sink);

 private:
  struct FreeScaler {
    void operator()(SwsContext* scaler) const;
  };
  VideoTranscoder(CodecPtr decoder, CodecPtr encoder)
      : decoder_(std::move(decoder)), encoder_(std::move(encoder)) {}
  Status onFrame(AVFrame& frame, const PacketSink& sink);
  Result<FramePtr> fitted(const AVFrame& frame);
  Status encode(AVFrame* frame, const PacketSink& sink);

  CodecPtr decoder_, encoder_;
  FramePtr decoded_ = newFrame();
  PacketPtr packet_ = newPacket();
  std::unique_ptr<SwsContext, FreeScaler> scaler_;
  Ticks lastPts_ = AV_NOPTS_VALUE, lastKey_ = AV_NOPTS_VALUE;
};

class SoundTranscoder {
 public:
  [[nodiscard]] static Result<SoundTranscoder> open(const AVCodecParameters& from, AVCodecID to,
                                                    int channels);
  Status push(const AVPacket* packet, const PacketSink& sink);

 private:
  struct FreeResampler {
    void operator()(SwrContext* resampler) const;
  };
  struct FreeFifo {
    void operator()(AVAudioFifo* fifo) const;
  };
  SoundTranscoder(CodecPtr decoder, CodecPtr encoder)
      : decoder_(std::move(decoder)), encoder_(std::move(encoder)) {}
  Status onFrame(AVFrame& frame);
  Status encodeWhole(bool last, const PacketSink& sink);
  Status encode(AVFrame* frame, const PacketSink& sink);
  Status fillSilence(Ticks samples);

  CodecPtr decoder_, encoder_;
  FramePtr decoded_ = newFrame();
  PacketPtr packet_ = newPacket();
  std::unique_ptr<SwrContext, FreeResampler> resampler_;
  std::unique_ptr<AVAudioFifo, FreeFifo> fifo_;
  Ticks next_ = AV_NOPTS_VALUE;     // timestamp of the next sample that comes into the fifo
  Ticks encoded_ = AV_NOPTS_VALUE;  // of the next one that is taken out
};

}  // namespace tessera::post
