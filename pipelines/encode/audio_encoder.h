// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "base/result.h"
#include "pipelines/gst/ref.h"
#include "pipelines/mix/audio_mixer.h"

struct OpusEncoder;

namespace tessera {

// One Opus stream: 48 kHz in packets of 20 ms. One channel is coded as speech, two as music. For receivers
// that lose packets speech comes with in-band FEC (RFC 6716, 2.1.7), which takes its bits from the sound
// itself. Plain state without a thread. One thread at a time.
class AudioEncoder {
 public:
  static Result<AudioEncoder> create(int kbps, int channels);

  static constexpr int kMaxLoss = 20;  // percent; more FEC would leave too little for the sound
  static constexpr int kFecFrom = 2;   // less is not worth its bits

  // How many percent of the packets get lost, for those to come.
  void setLoss(int percent);

  // Goes on from where `other`, of the same channels, is, so that a receiver that changes over hears no seam:
  // libopus keeps all state in one block that may be copied.
  void continueFrom(const AudioEncoder& other);

  // One packet of 20 ms from a block of these channels; null when libopus refused, which is a bug. The block
  // begins at `time`; the PTS is earlier by the codec's delay, so that what is decoded is heard at its time.
  gst::Ref<GstBuffer> encode(const mix::AudioBlock& block, mix::Nanos time);

 private:
  struct Free {
    void operator()(OpusEncoder* encoder) const;
  };
  AudioEncoder(OpusEncoder* encoder, int channels) : channels_(channels), encoder_(encoder) {}
  int channels_;
  int loss_ = 0;
  std::unique_ptr<OpusEncoder, Free> encoder_;
};

}  // namespace tessera
