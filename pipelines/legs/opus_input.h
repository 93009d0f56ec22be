// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "pipelines/legs/silence_policy.h"

struct OpusDecoder;

namespace tessera {

// Packets, but for what says samples. Written by one thread, read by any.
struct OpusInputStats {
  std::atomic<std::uint64_t> decoded{0};
  std::atomic<std::uint64_t> skipped{0};    // silence that was not decoded
  std::atomic<std::uint64_t> recovered{0};  // samples of lost packets that the next one had as well (FEC)
  std::atomic<std::uint64_t> concealed{0};  // samples made up for those that it had not
  std::atomic<std::uint64_t> late{0};       // late, or a second time
  std::atomic<std::uint64_t> refused{0};    // not Opus
};

// RTP packets of Opus (RFC 7587) into samples at 48 kHz, decoded by libopus at once: a packet waits for no
// other. What is missing before a packet is made up for from its in-band FEC, where it has any, else by
// libopus' concealment; gaps beyond kMaxConcealed are left. Silence is not decoded (SilencePolicy): the last
// kKept packets are then kept as they are, and the decoder first goes through them when sound comes again, so
// that its state is right from the first syllable on. One thread at a time.
class OpusInput {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr int kRate = 48000;
  static constexpr int kMaxPacketSamples = kRate * 120 / 1000;  // RFC 6716, 2.1.4
  static constexpr int kMaxConcealed = kMaxPacketSamples;
  static constexpr std::size_t kKept = 5;

  struct Packet {
    std::uint16_t sequence = 0;
    std::uint32_t rtpTime = 0;
    Nanos captured{0};
    std::span<const std::uint8_t> payload;
    std::optional<int> claimDb;  // RFC 6464, dBov
  };
  // Interleaved samples, and when the first was captured; no samples: a packet of silence was not decoded.
  using Sink = std::function<void(std::span<const std::int16_t>, Nanos captured)>;

  // `channels`: 1 or 2, whatever is sent.
  static Result<std::unique_ptr<OpusInput>> create(int channels, std::shared_ptr<OpusInputStats> stats,
                                                   Sink sink);
  void take(const Packet& packet);

 private:
  struct Free {
    void operator()(OpusDecoder* decoder) const;
  };
  using Payload = std::span<const std::uint8_t>;

  OpusInput(OpusDecoder* decoder, int channels, std::shared_ptr<OpusInputStats> stats, Sink sink);
  // The samples between the last packet and this one when packets were lost there; nothing: not to be
  // decoded.
  std::optional<int> gapBefore(const Packet& packet) const;
  void conceal(const Packet& packet, int samples);
  void catchUp();
  void keep(Payload payload);
  std::span<const std::int16_t> decode(Payload payload, int samples, bool fec);

  // Given.
  const int channels_;
  const std::shared_ptr<OpusInputStats> stats_;
  const Sink sink_;

  // Owned.
  std::unique_ptr<OpusDecoder, Free> decoder_;
  SilencePolicy policy_;
  bool started_ = false;
  std::uint16_t nextSequence_ = 0;
  std::uint32_t nextTime_ = 0;
  bool skipping_ = false;
  std::deque<std::vector<std::uint8_t>> kept_;
  std::vector<std::int16_t> samples_;
};

}  // namespace tessera
