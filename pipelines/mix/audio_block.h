// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace tessera::mix {

inline constexpr int kSampleRate = 48000;
inline constexpr int kTickSamples = 960;  // 20 ms, per channel, S16
inline constexpr int kMaxChannels = 2;

// 20 ms of sound in one or two channels, interleaved. Begins as silence.
template <typename Sample>
class Block {
 public:
  explicit Block(int channels = 1) : size_(static_cast<std::size_t>(channels) * kTickSamples) {}

  int channels() const { return static_cast<int>(size_) / kTickSamples; }
  std::size_t size() const { return size_; }
  Sample* data() { return samples_.data(); }
  const Sample* data() const { return samples_.data(); }
  Sample* begin() { return data(); }
  Sample* end() { return data() + size_; }
  const Sample* begin() const { return data(); }
  const Sample* end() const { return data() + size_; }
  Sample& operator[](std::size_t i) { return samples_[i]; }
  const Sample& operator[](std::size_t i) const { return samples_[i]; }

 private:
  std::array<Sample, static_cast<std::size_t>(kTickSamples) * kMaxChannels> samples_{};
  std::size_t size_;
};

using AudioBlock = Block<std::int16_t>;
using SumBlock = Block<std::int32_t>;  // before the limiter

}  // namespace tessera::mix
