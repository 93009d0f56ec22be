// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/mix/audio_mixer.h"

namespace tessera {

// One AAC-LC stream at 48 kHz, raw (no ADTS), run by the thread that calls it: what packets a block completes
// have been handed over when encode() returns. One thread at a time.
class AacEncoder {
 public:
  static constexpr int kPacketSamples = 1024;
  // A longer hole in what is encoded stays one in the packets' PTS; a shorter one is filled with silence.
  static constexpr mix::Nanos kMaxFilled = std::chrono::seconds(10);

  // PTS is that of the packet's first sample, on the clock of encode()'s `begin`, with the encoder's delay
  // taken off: the first packet is of the time before the first block, and silent.
  using PacketHandler = std::function<void(const gst::Ref<GstBuffer>& packet)>;

  // Fails when no AAC encoder is installed.
  static Result<std::unique_ptr<AacEncoder>> create(int kbps, int channels, PacketHandler onPacket);
  // The AudioSpecificConfig of all of them (ISO 14496-3, 1.6.2.1).
  static std::vector<std::uint8_t> config(int channels);
  ~AacEncoder();
  AacEncoder(const AacEncoder&) = delete;
  AacEncoder& operator=(const AacEncoder&) = delete;

  // 20 ms that begin at `begin`. Fails when the encoder does; it is of no use afterwards.
  [[nodiscard]] Status encode(const mix::AudioBlock& block, mix::Nanos begin);
  // Hands over what it still holds, up to the end of the last block. The last call.
  [[nodiscard]] Status finish();

 private:
  AacEncoder(int channels, PacketHandler onPacket);
  [[nodiscard]] Status build(int kbps);
  mix::Nanos timeOf(std::int64_t sample) const;
  GstFlowReturn deliver(const gst::Ref<GstBuffer>& packet);
  [[nodiscard]] Status push(const mix::AudioBlock& block);

  const int channels_;
  const PacketHandler onPacket_;
  const gst::Ref<GstElement> bin_;
  std::int64_t delay_ = 0;  // samples
  bool started_ = false;
  mix::Nanos origin_{0};  // the time of sample 0
  std::int64_t samplesIn_ = 0;
  std::int64_t packetsOut_ = 0;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

}  // namespace tessera
