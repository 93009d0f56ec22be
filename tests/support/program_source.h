// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pipelines/encode/video_rung.h"
#include "pipelines/mix/ticker.h"
#include "pipelines/program/program_feed.h"
#include "support/media_probes.h"

namespace tessera::test {

// Does for a real ProgramHub what a room does: a picture of one colour and a tone, which go with the time,
// through real rungs and the real AAC encoder. Either advance() or live(), from one thread.
class ProgramSource {
 public:
  struct Content {
    Yuv colour;
    double hertz = 0;  // at -6 dB; 0: silence
  };
  using Script = std::function<Content(mix::Nanos sinceStart)>;
  // Dark; white with 1 kHz for the first 100 ms of each second.
  static Content flashesAndBeeps(mix::Nanos sinceStart);
  // Each second another of four colours and tones: second n has kColours[n % 4] and (n % 4 + 1) * 400 Hz.
  static Content colours(mix::Nanos sinceStart);
  static constexpr Yuv kColours[] = {{80, 90, 240}, {145, 54, 34}, {40, 240, 110}, {180, 128, 128}};

  struct Settings {
    CanvasSettings canvas{320, 180, 25};
    ProgramSettings program{320, 180, 25, 500, 96};
    int channels = 1;
    Script content = flashesAndBeeps;
    std::vector<std::pair<ParticipantId, double>> tracks{};  // who else is heard, with which tone
  };

  ProgramSource() : ProgramSource(Settings{}) {}
  explicit ProgramSource(Settings settings);
  ~ProgramSource();

  std::shared_ptr<ProgramHub> hub() const { return feed_; }
  mix::Nanos start() const { return start_; }  // CLOCK_MONOTONIC: the PTS of the first picture and sound
  mix::Nanos position() const { return position_.load(); }  // since start()

  // Makes so much more as fast as the encoders go; returns once receivers had all of it but for the sound
  // that the AAC encoder holds back (70 ms).
  void advance(mix::Nanos length);
  // In real time from now on, on a thread of its own.
  void live();
  void setCanvas(int width, int height);  // of the pictures to come: a degraded room's. Not while live().

 private:
  class AacWatch;
  void advanceTo(mix::Nanos position);
  void pushFrame(mix::Nanos at);
  void pushSound(mix::Nanos at);
  void followNeeds();
  void addRung(RungId id);
  std::int16_t sample(double hertz, double& phase) const;
  template <class Condition>
  void await(Condition condition);

  const Settings settings_;
  CanvasSettings canvas_;
  const mix::Nanos start_;
  std::atomic<mix::Nanos> position_{mix::Nanos{0}};
  std::int64_t frame_ = 0;
  double phase_ = 0;
  std::vector<double> trackPhases_;
  const std::shared_ptr<mix::FramePool> pool_ = mix::FramePool::create();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<RungId, std::unique_ptr<VideoRung>>> rungs_;  // the lock: for the pointers
  std::uint64_t framesOut_ = 0;
  mix::Nanos aacUntil_{0};
  bool stopping_ = false;

  std::shared_ptr<AacWatch> watch_;
  std::shared_ptr<ProgramFeed> feed_;
  std::optional<mix::Ticker> ticker_;  // last: it stops first
};

}  // namespace tessera::test
