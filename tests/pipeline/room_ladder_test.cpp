// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "room_people.h"

// Who takes a smaller rung gets it without a gap, and nobody else notices. How a rung is chosen is tested
// with src/room/ladder.h; here it is by wish.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;
using test::yuvOf;

constexpr CanvasSettings kCanvas{640, 360, 30};
constexpr int kSmall = 1, kStill = 2, kSound = 3;  // levels

RoomSettings ladderSettings() {
  RoomSettings settings = RoomUnderTest::settingsFor(kCanvas);
  settings.rungs = {{360, 30, 800, 400}, {180, 15, 150, 70}, {180, 0, 40, 20}};
  return settings;
}

// Whatever the machine says: the pictures would have other sizes.
Degradation neverDegraded(const LoadGovernor::Sample&, LoadGovernor::Clock::time_point) {
  return Degradation::none;
}

// The pictures that a receiver decodes. Any thread.
class Film {
 public:
  struct Frame {
    mix::Nanos time;
    int height;
  };
  void add(const mix::VideoFrame& frame) {
    const std::lock_guard lock(mutex_);
    frames_.push_back({frame.captured, frame.height});
  }
  std::vector<Frame> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  std::size_t count() const { return frames().size(); }
  // Pictures from `from` to `to`, neither of them included.
  int between(mix::Nanos from, mix::Nanos to) const {
    const auto all = frames();
    return static_cast<int>(
        std::ranges::count_if(all, [&](const Frame& frame) { return frame.time > from && frame.time < to; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Frame> frames_;
};

class RoomLadderTest : public testing::TestWithParam<VideoCodec> {
 protected:
  RoomLadderTest() {
    stays_ = &join(0, stayed_);
    moves_ = &join(1, film_);
  }
  Guest& join(std::size_t who, const std::shared_ptr<Film>& film, int bestLevel = 0) {
    auto person = personOf(kAppearances.at(who), GetParam());
    person.options.fps = 30;
    person.bestLevel = bestLevel;
    Guest& guest = room_.join(person);
    guest.client->video.onFrame = [shown = guest.screen, film](const mix::VideoFrame& frame) {
      shown->show(frame);
      film->add(frame);
    };
    return guest;
  }
  void wish(const Guest& guest, int level) {
    PeerUpdate update;
    update.participant = guest.settings.key.participant;
    update.bestLevel = level;
    room_.room->updatePeer(update);
  }
  // `guest` sees everybody in a picture of this height, whatever its size is on the canvas.
  bool sees(const Guest& guest, int height) const {
    if (guest.screen->height() != height) return false;
    return std::ranges::all_of(room_.guests, [&](const Guest& other) {
      const Tile* tile = room_.tileOf(other);
      if (!tile) return false;
      const auto scaled = [&](int side) { return side * height / kCanvas.height; };
      const Tile part{tile->participant,   tile->pc, scaled(tile->x), scaled(tile->y), scaled(tile->width),
                      scaled(tile->height)};
      return near(guest.screen->colourIn(part), yuvOf(other.options.argb));
    });
  }
  bool toldLevel(const Guest& guest, int level) const {
    return !guest.receiving.empty() && guest.receiving.back().level == level;
  }

  RoomUnderTest room_{ladderSettings(), neverDegraded};
  const std::shared_ptr<Film> film_ = std::make_shared<Film>(), stayed_ = std::make_shared<Film>();
  Guest *stays_ = nullptr, *moves_ = nullptr;
};

TEST_P(RoomLadderTest, whoMovesGetsTheOtherRungWithoutAGapAndNobodyElseNotices) {
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 360) && sees(*stays_, 360); }));
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 1; }));
  const auto ticks = room_.health.videoTicks;
  const std::size_t stayed = stayed_->count();

  wish(*moves_, kSmall);
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 180) && toldLevel(*moves_, kSmall); }));
  EXPECT_EQ(moves_->receiving.back().picture, (CanvasSettings{320, 180, 15}));
  EXPECT_EQ(moves_->receiving.back().limit, ReceivingLimit::wish);
  std::size_t seen = film_->count();
  ASSERT_TRUE(runUntil([&] { return film_->count() > seen + 15; }));

  wish(*moves_, 0);
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 360) && toldLevel(*moves_, 0); }));
  EXPECT_EQ(moves_->receiving.back().limit, ReceivingLimit::none);
  // The smaller rung ends with nobody on it, and the larger stayed.
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 1; }));
  seen = film_->count();
  ASSERT_TRUE(runUntil([&] { return film_->count() > seen + 5; }));

  // In pictures of the canvas as the other one got them. It is one or two on a quiet machine (100 ms would be
  // three); on a loaded one threads wait for their turn.
  const auto frames = film_->frames();
  int moves = 0, longest = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (frames[i].height == frames[i - 1].height) continue;
    ++moves;
    longest = std::max(longest, stayed_->between(frames[i - 1].time, frames[i].time));
  }
  RecordProperty("pictures_missed", longest);
  EXPECT_LE(longest, 20);
  EXPECT_EQ(moves, 2);
  for (const auto& frame : stayed_->frames()) EXPECT_EQ(frame.height, 360);
  // What a loaded machine's encoder is too late for is lost as well, but not much.
  const auto made = room_.health.videoTicks - ticks;
  const auto got = stayed_->count() - stayed;
  RecordProperty("ticks", static_cast<int>(made));
  RecordProperty("pictures", static_cast<int>(got));
  EXPECT_GT(static_cast<double>(got), 0.5 * static_cast<double>(made));
  EXPECT_TRUE(room_.failures.empty());
}

TEST_P(RoomLadderTest, aStillPictureAndSoundAlone) {
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 360) && sees(*stays_, 360); }));
  wish(*moves_, kStill);
  // At once, not after two seconds.
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 180) && toldLevel(*moves_, kStill); }));
  const auto frames = film_->frames();
  const auto first = std::ranges::find(frames, 180, &Film::Frame::height);
  ASSERT_NE(first, frames.end());
  EXPECT_LT(first->time - (first - 1)->time, 1500ms);
  EXPECT_EQ(moves_->receiving.back().picture, (CanvasSettings{320, 180, 0}));
  // And then every two.
  const std::size_t seen = film_->count();
  ASSERT_TRUE(runUntil([&] { return film_->count() >= seen + 2; }));
  const auto stills = film_->frames();
  EXPECT_GT(stills[seen + 1].time - stills[seen].time, 1500ms);

  wish(*moves_, kSound);
  ASSERT_TRUE(runUntil([&] { return toldLevel(*moves_, kSound); }));
  EXPECT_EQ(moves_->receiving.back().picture, (CanvasSettings{0, 0, 0}));
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 1; }));
  const std::size_t last = film_->count();
  const std::size_t others = stayed_->count();
  ASSERT_TRUE(runUntil([&] { return stayed_->count() > others + 90; }));
  EXPECT_EQ(film_->count(), last);
  EXPECT_TRUE(moves_->hears(kAppearances[0].tone));

  wish(*moves_, 0);
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 360); }));
}

TEST_P(RoomLadderTest, aNewcomerBeginsOnTheRungThatTheyMayHave) {
  ASSERT_TRUE(runUntil([&] { return sees(*stays_, 360); }));
  const auto film = std::make_shared<Film>();
  Guest& late = join(2, film, kSmall);
  ASSERT_TRUE(runUntil([&] { return sees(late, 180); }));
  for (const auto& frame : film->frames()) EXPECT_EQ(frame.height, 180);
  ASSERT_FALSE(late.receiving.empty());
  EXPECT_EQ(late.receiving.front().level, kSmall);
  EXPECT_TRUE(runUntil([&] { return room_.health.videoEncoders == 2; }));
}

// Half of the frames are dropped by the device, as the client says time and again.
TEST_P(RoomLadderTest, whoseDeviceCannotFollowGetsLess) {
  ASSERT_TRUE(runUntil([&] { return sees(*moves_, 360) && sees(*stays_, 360); }));
  ReceiverStats stats;
  stats.seconds = 0.2;
  stats.framesDecoded = 60;
  stats.framesDropped = 30;
  Timer reports;
  reports.every(200ms, [&] { room_.room->reportStats(moves_->settings.key.participant, stats); });
  ASSERT_TRUE(runUntil([&] { return toldLevel(*moves_, kSmall); }));
  EXPECT_EQ(moves_->receiving.back().limit, ReceivingLimit::device);
  EXPECT_TRUE(runUntil([&] { return sees(*moves_, 180); }));
  EXPECT_TRUE(toldLevel(*stays_, 0));
}

INSTANTIATE_TEST_SUITE_P(Codecs, RoomLadderTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "vp8" : "h264"; });

// The highest rung of one codec and a smaller one of the other, each asked for keyframes all the time.
TEST(RoomLadder, eachCodecAndLevelIsAnEncoderWithKeyframesOfItsOwn) {
  RoomUnderTest room{ladderSettings(), neverDegraded};
  auto person = personOf(kAppearances[0], VideoCodec::vp8);
  Guest& red = room.join(person);
  person = personOf(kAppearances[1], VideoCodec::h264);
  person.bestLevel = kSmall;
  Guest& green = room.join(person);
  ASSERT_TRUE(runUntil([&] { return red.screen->height() == 360 && green.screen->height() == 180; }));
  ASSERT_TRUE(runUntil([&] { return room.health.videoEncoders == 2; }));
  const int before = red.client->keyframesReceived();
  const int asked = green.client->keyframesReceived();
  for (int i = 0; i < 20; ++i) {
    green.client->requestKeyframe();
    runFor(50ms);
  }
  ASSERT_TRUE(runUntil([&] { return green.client->keyframesReceived() > asked; }));
  EXPECT_EQ(red.client->keyframesReceived(), before);
}

}  // namespace
}  // namespace tessera
