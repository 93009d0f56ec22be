// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "room_fixture.h"
#include "support/onsets.h"

// Picture and sound of one sender, through capture times, playout delay, mixers and encoders, must still
// belong together for those who watch the mix.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Onsets;
using test::RoomUnderTest;
using test::runUntil;
using test::soundLater;

constexpr mix::Nanos kLipTolerance = 40ms;
// Both legs need a sender report each before picture and sound can be aligned (RFC 3550, 6.2: up to 5 s).
constexpr std::size_t kFlashesBeforeAligned = 8;
constexpr std::size_t kFlashesJudged = 7;  // by their median: a busy machine delays single ones

bool bright(const mix::VideoFrame& frame) {
  return test::middleOf(frame).y > 120;
}

// The median of the last ones, once there are enough since the streams were aligned.
std::optional<mix::Nanos> typical(std::vector<mix::Nanos> later) {
  if (later.size() < kFlashesBeforeAligned + kFlashesJudged) return std::nullopt;
  const auto middle = later.end() - (kFlashesJudged + 1) / 2;
  std::sort(later.end() - kFlashesJudged, later.end());
  return *middle;
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
    beeps->listen(samples, time);
  };
  // On a machine that is out of time frames are late for their tick: it may take a while to see seven in
  // peace, but a constant error is never within the tolerance.
  const auto together = [&] {
    const auto now = typical(soundLater(*flashes, *beeps));
    return now && std::chrono::abs(*now) <= kLipTolerance;
  };
  const bool met = runUntil(together, 60s);
  std::string all;
  for (const mix::Nanos one : soundLater(*flashes, *beeps)) all += fmt::format(" {}", one / 1ms);
  EXPECT_TRUE(met) << "sound later by (ms):" << all;
  RecordProperty("apart_ms", all);
}

}  // namespace
}  // namespace tessera
