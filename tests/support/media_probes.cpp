// SPDX-License-Identifier: Apache-2.0
#include "support/media_probes.h"

#include <cmath>
#include <cstdlib>
#include <numbers>

namespace tessera::test {
namespace {

int meanOf(const std::uint8_t* plane, int stride, int width, int height) {
  std::int64_t sum = 0;
  int count = 0;
  for (int y = height / 4; y < height - height / 4; ++y)
    for (int x = width / 4; x < width - width / 4; ++x, ++count) sum += plane[y * stride + x];
  return count ? static_cast<int>(sum / count) : 0;
}

}  // namespace

bool near(Yuv a, Yuv b, int tolerance) {
  return std::abs(a.y - b.y) <= tolerance && std::abs(a.u - b.u) <= tolerance &&
         std::abs(a.v - b.v) <= tolerance;
}

Yuv middleOf(const mix::VideoFrame& f) {
  const int chromaWidth = (f.width + 1) / 2;
  const int chromaHeight = (f.height + 1) / 2;
  return {meanOf(f.y, f.strideY, f.width, f.height), meanOf(f.u, f.strideU, chromaWidth, chromaHeight),
          meanOf(f.v, f.strideV, chromaWidth, chromaHeight)};
}

double toneDb(std::span<const std::int16_t> samples, double hertz) {
  if (samples.empty()) return -200;
  const double step = 2 * std::numbers::pi * hertz / mix::kSampleRate;
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    re += samples[i] * std::cos(step * static_cast<double>(i));
    im += samples[i] * std::sin(step * static_cast<double>(i));
  }
  const double amplitude = 2 * std::hypot(re, im) / static_cast<double>(samples.size()) / 32768;
  return 20 * std::log10(std::max(amplitude, 1e-10));
}

namespace {

// The strongest within `band` Hz, under a Hann window, so that the other tones do not leak in.
double strongestNear(std::span<const std::int16_t> samples, double hertz, double band, double step) {
  std::vector<std::int16_t> window(samples.begin(), samples.end());
  const double size = static_cast<double>(window.size());
  for (std::size_t i = 0; i < window.size(); ++i) {
    const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / size);
    window[i] = static_cast<std::int16_t>(std::lround(window[i] * hann));
  }
  double strongest = -200;
  for (double offset = -band; offset <= band; offset += step)
    strongest = std::max(strongest, toneDb(window, hertz + offset));
  return strongest + 6;  // what the window takes away
}

}  // namespace

double toneBandDb(std::span<const std::int16_t> samples, double hertz) {
  constexpr std::size_t kWindow = mix::kSampleRate / 10;
  double power = 0;
  int windows = 0;
  for (; samples.size() >= kWindow; samples = samples.subspan(kWindow), ++windows)
    power += std::pow(10, strongestNear(samples.first(kWindow), hertz, kToneBandHz, 5) / 10);
  return windows ? 10 * std::log10(power / windows) : -200;
}

double steadyToneDb(std::span<const std::int16_t> samples, double hertz) {
  return strongestNear(samples, hertz, 3, 1);
}

void VideoProbe::see(const mix::VideoFrame& frame) {
  if (onFrame) onFrame(frame);
  const Yuv colour = middleOf(frame);
  {
    const std::lock_guard lock(mutex_);
    colour_ = colour;
  }
  width_ = frame.width;
  lastCaptured_ = frame.captured;
  ++frames_;
}

Yuv VideoProbe::colour() const {
  const std::lock_guard lock(mutex_);
  return colour_;
}

void AudioProbe::hear(std::span<const std::int16_t> samples, mix::Nanos time) {
  if (onSamples) onSamples(samples, time);
  const std::lock_guard lock(mutex_);
  last_.insert(last_.end(), samples.begin(), samples.end());
  if (last_.size() > kKept) last_.erase(last_.begin(), last_.end() - static_cast<std::ptrdiff_t>(kKept));
  count_ += samples.size();
}

double AudioProbe::toneDb(double hertz) const {
  const std::lock_guard lock(mutex_);
  return test::toneDb(last_, hertz);
}

double AudioProbe::toneBandDb(double hertz) const {
  const std::lock_guard lock(mutex_);
  return test::toneBandDb(last_, hertz);
}

double AudioProbe::steadyToneDb(double hertz) const {
  const std::lock_guard lock(mutex_);
  return test::steadyToneDb(last_, hertz);
}

void FakeVideoSlot::push(mix::VideoFrame frame, mix::Nanos arrived) {
  lateness = arrived - frame.captured;
  probe.see(frame);
}

void FakeAudioSlot::push(std::span<const std::int16_t> samples, mix::Nanos captured, mix::Nanos arrived) {
  lateness = arrived - captured;
  probe.hear(samples);
}

}  // namespace tessera::test
