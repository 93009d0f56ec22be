// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <opus/opus.h>

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace tessera::bench {

inline constexpr int kSoundRate = 48000;
inline constexpr int kSoundSamples = kSoundRate / 50;  // 20 ms

// Opus in, sums, Opus out: a decoder for each talker, the mix of all, and for each talker one without them.
class Sound {
 public:
  static Result<Sound> create(int talkers, int kbps);

  [[nodiscard]] bool decode(int talker, std::span<const std::uint8_t> packet);
  void mix();
  [[nodiscard]] bool encode();
  // What this person hears: talkers come first, everybody else shares a mix.
  std::span<const std::uint8_t> packetFor(int person) const;

 private:
  struct FreeDecoder {
    void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
  };
  struct FreeEncoder {
    void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
  };
  using Samples = std::array<opus_int16, kSoundSamples>;
  struct Mix {
    std::unique_ptr<OpusEncoder, FreeEncoder> encoder;
    Samples samples{};
    std::vector<std::uint8_t> packet;
  };
  struct Talker {
    std::unique_ptr<OpusDecoder, FreeDecoder> decoder;
    Samples samples{};
  };
  Sound() = default;

  std::vector<Talker> talkers_;
  std::vector<Mix> mixes_;  // each talker's own, then everybody's
};

}  // namespace tessera::bench
