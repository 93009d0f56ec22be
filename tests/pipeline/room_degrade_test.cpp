// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "room_people.h"

// What a room without enough time gives up reaches those who watch, and nothing else does. How it decides is
// tested with src/room/load_governor.h; here the decision is given.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runUntil;
using test::yuvOf;

constexpr CanvasSettings kCanvas{640, 360, 30};
constexpr std::size_t kJudged = 10;  // pictures, for the rate; odd outliers do not count

// The times of the pictures that a receiver decodes. Any thread.
class Times {
 public:
  void add(mix::Nanos time) {
    const std::lock_guard lock(mutex_);
    times_.push_back(time);
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return times_.size();
  }
  mix::Nanos longestGap() const {
    const std::lock_guard lock(mutex_);
    mix::Nanos longest{0};
    for (std::size_t i = 1; i < times_.size(); ++i) longest = std::max(longest, times_[i] - times_[i - 1]);
    return longest;
  }
  // From one picture to the next, typically, over the last `of`.
  mix::Nanos interval(std::size_t of) const {
    const std::lock_guard lock(mutex_);
    if (times_.size() <= of) return mix::Nanos{0};
    std::vector<mix::Nanos> gaps;
    for (std::size_t i = times_.size() - of; i < times_.size(); ++i)
      gaps.push_back(times_[i] - times_[i - 1]);
    std::ranges::nth_element(gaps, gaps.begin() + static_cast<std::ptrdiff_t>(of / 2));
    return gaps[of / 2];
  }

 private:
  mutable std::mutex mutex_;
  std::vector<mix::Nanos> times_;
};

class RoomDegradeTest : public testing::TestWithParam<VideoCodec> {
 protected:
  RoomDegradeTest()
      : room_(RoomUnderTest::settingsFor(kCanvas), [this](const auto&, auto) { return level_; }) {
    red_ = &room_.join(personOf(kAppearances[0], GetParam()));
    green_ = &room_.join(personOf(kAppearances[1], GetParam()));
    red_->client->video.onFrame = [shown = red_->screen, times = times_](const mix::VideoFrame& frame) {
      shown->show(frame);
      times->add(frame.captured);
    };
  }

  // The canvas at this level is told and seen, with everybody in their place.
  bool shows(Degradation level) const {
    const CanvasSettings canvas = degraded(kCanvas, level);
    return room_.health.degradation == level && room_.picture.canvas == canvas &&
           red_->screen->width() == canvas.width && red_->screen->height() == canvas.height && seen(*red_) &&
           seen(*green_);
  }
  bool seen(const Guest& guest) const {
    const Tile* tile = room_.tileOf(guest);
    return tile && near(red_->screen->colourIn(*tile), yuvOf(guest.options.argb));
  }
  std::string report() const {
    return fmt::format("level {}, canvas {}x{}@{}, seen {}x{}, every {} ms, longest gap {} ms",
                       static_cast<int>(room_.health.degradation), room_.picture.canvas.width,
                       room_.picture.canvas.height, room_.picture.canvas.fps, red_->screen->width(),
                       red_->screen->height(), times_->interval(kJudged) / 1ms, times_->longestGap() / 1ms);
  }

  Degradation level_ = Degradation::none;
  const std::shared_ptr<Times> times_ = std::make_shared<Times>();
  RoomUnderTest room_;
  Guest *red_ = nullptr, *green_ = nullptr;
};

TEST_P(RoomDegradeTest, theSmallerPictureReachesReceiversWithoutAHole) {
  for (const Degradation level :
       {Degradation::none, Degradation::rate, Degradation::closed, Degradation::none}) {
    level_ = level;
    ASSERT_TRUE(runUntil([&] { return shows(level); })) << report();
    // The senders' pictures make each tick's differ, so that the rate is the canvas'.
    const std::size_t since = times_->count() + kJudged + 3;
    ASSERT_TRUE(runUntil([&] { return times_->count() > since; })) << report();
    const auto interval = mix::Nanos(1s) / degraded(kCanvas, level).fps;
    EXPECT_GT(times_->interval(kJudged), interval * 3 / 4) << report();
  }
  RecordProperty("longest_gap_ms", static_cast<int>(times_->longestGap() / 1ms));
  EXPECT_LT(times_->longestGap(), 1s) << report();  // by the clock; 100 ms on a quiet machine
  EXPECT_TRUE(red_->hears(kAppearances[1].tone));
  EXPECT_TRUE(room_.failures.empty());
}

INSTANTIATE_TEST_SUITE_P(Codecs, RoomDegradeTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "vp8" : "h264"; });

}  // namespace
}  // namespace tessera
