// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/video_mixer.h"

namespace tessera::test {

struct Yuv {
  int y = 0, u = 0, v = 0;
};

// Each component within `tolerance`.
bool near(Yuv a, Yuv b, int tolerance = 12);

// The mean colour of the middle half of a picture.
Yuv middleOf(const mix::VideoFrame& frame);

// Strength of a tone in dB relative to full scale (Goertzel), over all samples given.
double toneDb(std::span<const std::int16_t> samples, double hertz);

// The same for sound whose pitch may waver a little, as after a clock's drift was evened out: the strongest
// within kToneBandHz of `hertz`, by tenths of a second.
inline constexpr double kToneBandHz = 25;
double toneBandDb(std::span<const std::int16_t> samples, double hertz);

// And for a tone that should not be there: over all samples given and within 3 Hz, so that coding noise,
// which is spread, counts for little.
double steadyToneDb(std::span<const std::int16_t> samples, double hertz);

// What was seen last, and how much. Any thread.
class VideoProbe {
 public:
  void see(const mix::VideoFrame& frame);
  int frames() const { return frames_; }
  mix::Nanos lastCaptured() const { return lastCaptured_; }
  Yuv colour() const;
  int width() const { return width_; }
  // Sees each frame too, on the thread that brings it; set before the first comes.
  std::function<void(const mix::VideoFrame&)> onFrame;

 private:
  mutable std::mutex mutex_;
  Yuv colour_;
  std::atomic<int> frames_{0};
  std::atomic<int> width_{0};
  std::atomic<mix::Nanos> lastCaptured_{mix::Nanos{0}};
};

// Keeps the last half second of sound. Any thread.
class AudioProbe {
 public:
  void hear(std::span<const std::int16_t> samples, mix::Nanos time = {});
  // Hears everything too, with the time of the first sample; set before the first comes.
  std::function<void(std::span<const std::int16_t>, mix::Nanos)> onSamples;
  std::uint64_t samples() const { return count_; }
  double toneDb(double hertz) const;
  double toneBandDb(double hertz) const;
  double steadyToneDb(double hertz) const;

 private:
  static constexpr std::size_t kKept = 24000;
  mutable std::mutex mutex_;
  std::vector<std::int16_t> last_;
  std::atomic<std::uint64_t> count_{0};
};

// A participant's slots of the mixers, replaced by probes.
class FakeVideoSlot : public mix::VideoSlot {
 public:
  void push(mix::VideoFrame frame, mix::Nanos arrived) override;
  VideoProbe probe;
  std::atomic<mix::Nanos> lateness{mix::Nanos{0}};  // arrived - captured of the last frame
};

class FakeAudioSlot : public mix::AudioSlot {
 public:
  void push(std::span<const std::int16_t> samples, mix::Nanos captured, mix::Nanos arrived) override;
  void setMuted(bool) override {}
  AudioProbe probe;
  std::atomic<mix::Nanos> lateness{mix::Nanos{0}};
};

}  // namespace tessera::test
