// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "pipelines/encode/aac_encoder.h"
#include "pipelines/encode/audio_encoder.h"
#include "pipelines/record/block_joiner.h"
#include "pipelines/record/matroska.h"
#include "room/recording.h"

namespace tessera {

// Joins the pieces of sound that a part is made of and encodes them. One thread at a time.
class SoundWriter {
 public:
  // `time`: as Matroska counts it. On the caller's thread.
  using PacketHandler = std::function<void(Nanos time, std::span<const std::uint8_t> packet)>;
  struct Settings {
    SoundCodec codec = SoundCodec::opus;
    int kbps = 128;
    int channels = 1;
    bool filled = true;  // as BlockJoiner's
  };

  static Result<std::unique_ptr<SoundWriter>> create(const Settings& settings, PacketHandler onPacket);
  static MatroskaWriter::Sound matroskaSound(const Settings& settings);

  [[nodiscard]] Status add(const mix::AudioBlock& sound, const MediaTime::Piece& piece);
  [[nodiscard]] Status finish();  // all that was added can be decoded then. The last call.

 private:
  SoundWriter(const Settings& settings, PacketHandler onPacket);
  void encode(const mix::AudioBlock& block, std::int64_t begin);
  void encodeOpus(const mix::AudioBlock& block, Nanos time);

  const PacketHandler onPacket_;
  BlockJoiner joiner_;
  const mix::AudioBlock silence_;
  std::optional<AudioEncoder> opus_;
  std::unique_ptr<AacEncoder> aac_;
  std::int64_t end_ = 0;  // of what was encoded, in samples
  Status status_;
};

}  // namespace tessera
