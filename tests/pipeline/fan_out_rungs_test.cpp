// SPDX-License-Identifier: Apache-2.0
#include "fan_out_fixture.h"

// Receivers that go from one rung to another.

namespace tessera {
namespace {

using namespace test;
using std::chrono::seconds;

constexpr RungId kLow{VideoCodec::vp8, 2};
using Rungs = std::vector<RungId>;

class FanOutRungsTest : public FanOutTest {
 protected:
  FanOutRungsTest() {
    std::tie(receiver_, id_) = join();
    video(0, true);
    EXPECT_TRUE(receiver_->awaitVideo(1));
  }
  FakeRef receiver_;
  ReceiverId id_ = 0;
};

TEST_F(FanOutRungsTest, goOnWithTheOldOneUntilTheKeyframeOfTheNew) {
  fanOut_->setRung(id_, kLow);
  EXPECT_EQ(asked(), Rungs{kLow});
  EXPECT_EQ(fanOut_->sentRung(id_), kTop);
  video(1);
  video(2, false, kLow);  // cannot be shown yet
  video(3, true);         // somebody else's wish
  EXPECT_TRUE(moved().empty());
  ASSERT_TRUE(receiver_->awaitVideo(3));
  video(4, true, kLow);
  EXPECT_EQ(moved(), std::vector{id_});
  EXPECT_EQ(fanOut_->sentRung(id_), kLow);
  video(5, true);
  video(6, false, kLow);
  ASSERT_TRUE(receiver_->awaitVideo(5));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1, 3, 4, 6}));
  EXPECT_EQ(asked(), Rungs{kLow}) << "once";
}

TEST_F(FanOutRungsTest, askAgainWhenNoKeyframeComes) {
  fanOut_->setRung(id_, kLow);
  pass(Receiver::kAskAgainAfter - milliseconds(1));
  video(1, false, kLow);
  EXPECT_EQ(asked(), Rungs{kLow});
  pass(milliseconds(1));
  video(1);  // of the old one: does not help
  EXPECT_EQ(asked(), Rungs{kLow});
  video(2, false, kLow);
  EXPECT_EQ(asked(), (Rungs{kLow, kLow}));
}

TEST_F(FanOutRungsTest, turnBackWithoutAGap) {
  fanOut_->setRung(id_, kLow);
  video(1);
  fanOut_->setRung(id_, kTop);
  EXPECT_EQ(moved(), std::vector{id_}) << "it is there already";
  EXPECT_EQ(asked(), Rungs{kLow}) << "and needs no keyframe";
  video(2);
  video(3, true, kLow);  // too late
  video(4);
  ASSERT_TRUE(receiver_->awaitVideo(4));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1, 2, 4}));
  EXPECT_EQ(fanOut_->sentRung(id_), kTop);
}

TEST_F(FanOutRungsTest, takeTheLastOfSeveralWishes) {
  constexpr RungId kMiddle{VideoCodec::vp8, 1};
  fanOut_->setRung(id_, kMiddle);
  fanOut_->setRung(id_, kLow);
  fanOut_->setRung(id_, kLow);
  EXPECT_EQ(asked(), (Rungs{kMiddle, kLow}));
  video(1, true, kMiddle);
  video(2, true, kLow);
  ASSERT_TRUE(receiver_->awaitVideo(2));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 2}));
  EXPECT_EQ(moved(), std::vector{id_});
}

TEST_F(FanOutRungsTest, dropWhatWaitsOfTheOldOne) {
  receiver_->block();
  video(1);
  ASSERT_TRUE(receiver_->awaitHeld());
  video(2);
  video(3);
  fanOut_->setRung(id_, kLow);
  video(4);
  video(5, true, kLow);
  video(6, false, kLow);
  receiver_->letGo();
  ASSERT_TRUE(receiver_->awaitVideo(4));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1, 5, 6}));
}

// The old one's queue was full before the new one's keyframe came: nothing more of the old one, and no
// keyframe of it is asked for.
TEST_F(FanOutRungsTest, mendAFullQueueWithTheNewOne) {
  receiver_->block();
  video(1);
  ASSERT_TRUE(receiver_->awaitHeld());
  video(2);
  fanOut_->setRung(id_, kLow);
  pass(Receiver::kMaxVideoWait + milliseconds(1));
  video(3);
  video(4);
  video(5, true, kLow);
  receiver_->letGo();
  ASSERT_TRUE(receiver_->awaitVideo(3));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1, 5}));
  EXPECT_EQ(asked(), Rungs{kLow});
}

TEST_F(FanOutRungsTest, soundAloneDropsThePictureAtOnceAndComesBack) {
  receiver_->block();
  video(1);
  ASSERT_TRUE(receiver_->awaitHeld());
  video(2);
  audio(1);
  fanOut_->setRung(id_, std::nullopt);
  EXPECT_EQ(moved(), std::vector{id_});
  EXPECT_EQ(fanOut_->sentRung(id_), std::nullopt);
  video(3, true);
  fanOut_->askKeyframe(id_);
  receiver_->letGo();
  audio(2);
  ASSERT_TRUE(receiver_->awaitAudio(2));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1}));
  EXPECT_TRUE(asked().empty());

  fanOut_->setRung(id_, kTop);
  EXPECT_EQ(asked(), Rungs{kTop});
  video(4);
  video(5, true);
  ASSERT_TRUE(receiver_->awaitVideo(3));
  EXPECT_EQ(receiver_->video(), (Numbers{0, 1, 5}));
  EXPECT_EQ(moved().size(), 2U);
}

TEST_F(FanOutRungsTest, aLostPictureIsMendedByTheRungThatIsToCome) {
  fanOut_->askKeyframe(id_);
  fanOut_->setRung(id_, kLow);
  pass(Receiver::kPleaEvery);
  fanOut_->askKeyframe(id_);
  EXPECT_EQ(asked(), (Rungs{kTop, kLow, kLow}));
}

// As a browser does that has lost a part of the first keyframe that it was sent.
TEST_F(FanOutRungsTest, aKeyframeThatDoesNotArriveIsMadeAgainSoon) {
  for (int ms = 0; ms < 1200; ms += 200, pass(milliseconds(200))) fanOut_->askKeyframe(id_);
  EXPECT_EQ(asked(), (Rungs{kTop, kTop}));
  pass(seconds(12));
  fanOut_->askKeyframe(id_);
  EXPECT_EQ(asked().size(), 3U) << "the next loss: at once";
}

TEST_F(FanOutRungsTest, whoAsksWithoutEndDoesNotRuleTheRung) {
  const auto [other, otherId] = join();
  for (int ms = 0; ms < 60'000; ms += 50, pass(milliseconds(50))) fanOut_->askKeyframe(id_);
  EXPECT_NEAR(static_cast<double>(asked().size()), Receiver::kPleas + 60 * Receiver::kPleasPerSecond, 1);
  const auto before = asked().size();
  fanOut_->askKeyframe(otherId);
  EXPECT_EQ(asked().size(), before + 1) << "each has its own share";
}

TEST_F(FanOutRungsTest, whoWantsNoPictureIsNotAskedFor) {
  const auto [deaf, id] = join();
  deaf->setTakesVideo(false);
  video(1);
  audio(1);
  ASSERT_TRUE(deaf->awaitAudio(1));
  EXPECT_TRUE(asked().empty());
  EXPECT_TRUE(deaf->video().empty());
}

TEST_F(FanOutRungsTest, othersStayWhereTheyAre) {
  const auto [other, otherId] = join();
  video(1, true);
  fanOut_->setRung(id_, kLow);
  video(2, true, kLow);
  video(2);
  ASSERT_TRUE(other->awaitVideo(2));
  EXPECT_EQ(other->video(), (Numbers{1, 2}));
  EXPECT_EQ(fanOut_->sentRung(otherId), kTop);
}

}  // namespace
}  // namespace tessera
