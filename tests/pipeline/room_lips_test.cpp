// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "room_fixture.h"

// Picture and sound of one sender, through capture times, playout delay, mixers and encoders, must still
// belong together for those who watch the mix.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::RoomUnderTest;
using test::runUntil;

constexpr mix::Nanos kLipTolerance = 40ms;
constexpr std::size_t kSamplesPerLook = 240;  // 5 ms
// Both legs need a sender report each before picture and sound can be aligned (RFC 3550, 6.2: up to 5 s).
constexpr std::size_t kFlashesBeforeAligned = 7;
constexpr std::size_t kFlashesJudged = 5;

// When something begins, by the receiver's clock. Filled on a streaming thread, read by the test.
class Onsets {
 public:
  void look(bool on, mix::Nanos time) {
    const std::lock_guard lock(mutex_);
    if (on && !on_) times_.push_back(time);
    on_ = on;
  }
  std::vector<mix::Nanos> times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  mutable std::mutex mutex_;
  bool on_ = false;
  std::vector<mix::Nanos> times_;
};

bool bright(const mix::VideoFrame& frame) {
  return test::middleOf(frame).y > 120;
}

bool loud(std::span<const std::int16_t> samples) {
  return std::ranges::any_of(samples, [](std::int16_t sample) { return std::abs(sample) > 4000; });
}

TEST(RoomLips, flashesAndBeepsStayTogether) {
  RoomUnderTest room({320, 180, 30});
  RoomUnderTest::Person sender{"sender"};
  sender.options.width = 320;
  sender.options.height = 180;
  sender.options.fps = 30;
  sender.options.tone = 1000;
  sender.options.flashes = true;
  RoomUnderTest::Person watcher{"watcher"};
  watcher.hidden = true;
  watcher.options.sendsVideo = watcher.options.sendsAudio = false;

  auto flashes = std::make_shared<Onsets>();
  auto beeps = std::make_shared<Onsets>();
  room.join(sender);
  test::Guest& viewer = room.join(watcher);
  viewer.client->video.onFrame = [flashes](const mix::VideoFrame& frame) {
    flashes->look(bright(frame), frame.captured);
  };
  viewer.client->audio.onSamples = [beeps](std::span<const std::int16_t> samples, mix::Nanos time) {
    for (; samples.size() >= kSamplesPerLook; samples = samples.subspan(kSamplesPerLook), time += 5ms)
      beeps->look(loud(samples.first(kSamplesPerLook)), time);
  };
  ASSERT_TRUE(
      runUntil([&] { return flashes->times().size() >= kFlashesBeforeAligned + kFlashesJudged; }, 60s));

  const auto heard = beeps->times();
  ASSERT_FALSE(heard.empty());
  std::vector<mix::Nanos> apart;  // positive: the sound comes later
  for (const mix::Nanos seen : flashes->times()) {
    const auto nearest =
        std::ranges::min_element(heard, {}, [&](mix::Nanos t) { return std::chrono::abs(t - seen); });
    apart.push_back(*nearest - seen);
  }
  std::string all;
  for (const mix::Nanos one : apart) all += fmt::format(" {}", one / 1ms);
  apart.erase(apart.begin(), apart.begin() + kFlashesBeforeAligned);
  std::ranges::sort(apart);
  const mix::Nanos typical = apart[apart.size() / 2];
  EXPECT_LE(std::chrono::abs(typical), kLipTolerance) << "sound later by (ms):" << all;
  RecordProperty("apart_ms", all);
}

}  // namespace
}  // namespace tessera
