// SPDX-License-Identifier: Apache-2.0
#include "fan_out_fixture.h"

namespace tessera {
namespace {

using namespace test;

TEST_F(FanOutTest, bringsEveryFrameToEveryoneInOrder) {
  std::vector<FakeRef> receivers;
  for (int i = 0; i < 20; ++i) receivers.push_back(join().first);
  Numbers expected;
  for (std::uint64_t n = 0; n < 50; ++n) {
    video(n, n == 0);
    audio(1000 + n);
    expected.push_back(n);
    for (const auto& receiver : receivers) ASSERT_TRUE(receiver->awaitVideo(n + 1));
  }
  for (const auto& receiver : receivers) {
    EXPECT_EQ(receiver->video(), expected);
    EXPECT_TRUE(receiver->awaitAudio(50));
  }
}

TEST_F(FanOutTest, pushesNothingBeforeReady) {
  const auto [receiver, id] = join();
  receiver->setReady(false);
  video(1, true);
  audio(1);
  EXPECT_TRUE(fanOut_->readySlots().empty());
  receiver->setReady(true);
  video(2, true);
  audio(2);
  ASSERT_TRUE(receiver->awaitVideo(1));
  ASSERT_TRUE(receiver->awaitAudio(1));
  EXPECT_EQ(receiver->video(), Numbers{2});
  EXPECT_EQ(receiver->audio(), Numbers{2});
  EXPECT_EQ(fanOut_->readySlots().size(), 1U);
}

TEST_F(FanOutTest, beginsWithAKeyframeThatIsAskedForOnce) {
  const auto [receiver, id] = join();
  fanOut_->expectKeyframe(id);
  EXPECT_EQ(keyframesAsked(), 1U);
  video(1);
  video(2);
  EXPECT_EQ(keyframesAsked(), 1U);
  video(3, true);
  video(4);
  ASSERT_TRUE(receiver->awaitVideo(2));
  EXPECT_EQ(receiver->video(), (Numbers{3, 4}));
  fanOut_->expectKeyframe(id);  // it has one: no need
  EXPECT_EQ(keyframesAsked(), 1U);
}

TEST_F(FanOutTest, asksByItselfAndAgainWhenNoKeyframeComes) {
  const auto joined = join();
  video(1);
  EXPECT_EQ(keyframesAsked(), 1U);
  pass(Receiver::kAskAgainAfter - milliseconds(1));
  video(2);
  EXPECT_EQ(keyframesAsked(), 1U);
  pass(milliseconds(1));
  video(3);
  EXPECT_EQ(keyframesAsked(), 2U);
}

TEST_F(FanOutTest, sendsEachCodecToItsOwn) {
  const auto [vp8, a] = join();
  const auto [h264, b] = join(RungId{VideoCodec::h264, 0});
  fanOut_->video({VideoCodec::vp8, 0}, frameNumber(1), true);
  fanOut_->video({VideoCodec::h264, 0}, frameNumber(2), true);
  ASSERT_TRUE(vp8->awaitVideo(1));
  ASSERT_TRUE(h264->awaitVideo(1));
  EXPECT_EQ(vp8->video(), Numbers{1});
  EXPECT_EQ(h264->video(), Numbers{2});
}

TEST_F(FanOutTest, givesTalkersTheirOwnMixAndOthersTheCommonOne) {
  const auto* slot = reinterpret_cast<const mix::AudioSlot*>(this);
  const auto [talker, a] = join(kTop, slot);
  const auto [listener, b] = join();
  const std::vector<PersonalPacket> personal{{slot, frameNumber(7)}};
  fanOut_->audio(frameNumber(1), personal);
  ASSERT_TRUE(talker->awaitAudio(1));
  ASSERT_TRUE(listener->awaitAudio(1));
  EXPECT_EQ(talker->audio(), Numbers{7});
  EXPECT_EQ(listener->audio(), Numbers{1});
}

// As many blocked receivers as there are threads: the others still get everything.
TEST_F(FanOutTest, blockedReceiversCostTheOthersNothing) {
  std::vector<std::pair<FakeRef, ReceiverId>> blocked{join(), join(), join()};
  const auto [good, id] = join();
  for (const auto& each : blocked) each.first->block();
  video(0, true);
  for (std::size_t i = 0; i < 2; ++i) ASSERT_TRUE(blocked[i].first->awaitHeld());
  pass(FanOut::kSlowPush + milliseconds(1));
  fanOut_->checkPushes();
  ASSERT_TRUE(blocked[2].first->awaitHeld());
  EXPECT_EQ(fanOut_->threads(), 2);
  Numbers expected{0};
  for (std::uint64_t n = 1; n < 100; ++n) {
    video(n);
    expected.push_back(n);
    ASSERT_TRUE(good->awaitVideo(n + 1));
  }
  EXPECT_EQ(good->video(), expected);
  EXPECT_TRUE(broken_.empty());
  for (const auto& each : blocked) each.first->letGo();
}

TEST_F(FanOutTest, reportsAReceiverThatStaysBlockedOnceAndServesItNoMore) {
  const auto [receiver, id] = join();
  receiver->block();
  audio(1);
  ASSERT_TRUE(receiver->awaitHeld());
  pass(FanOut::kDeadPush + milliseconds(1));
  fanOut_->checkPushes();
  fanOut_->checkPushes();
  EXPECT_EQ(broken_, std::vector<ReceiverId>{id});
  audio(2);
  receiver->letGo();
  ASSERT_TRUE(receiver->awaitAudio(1));
  const auto [witness, other] = join();
  audio(3);
  ASSERT_TRUE(witness->awaitAudio(1));
  EXPECT_EQ(receiver->audio(), Numbers{1});
}

TEST_F(FanOutTest, goesOnWithAReceiverThatWasSlowOnce) {
  const auto [receiver, id] = join();
  receiver->block();
  audio(1);
  ASSERT_TRUE(receiver->awaitHeld());
  pass(FanOut::kSlowPush + milliseconds(1));
  fanOut_->checkPushes();
  audio(2);
  receiver->letGo();
  ASSERT_TRUE(receiver->awaitAudio(2));
  audio(3);
  ASSERT_TRUE(receiver->awaitAudio(3));
  EXPECT_EQ(receiver->audio(), (Numbers{1, 2, 3}));
  EXPECT_TRUE(broken_.empty());
  EXPECT_EQ(fanOut_->threads(), 2);
}

// What is queued is bounded, and after a gap the picture begins anew with a keyframe.
TEST_F(FanOutTest, dropsToTheNextKeyframeWhenTheQueueIsFull) {
  const auto [receiver, id] = join();
  receiver->block();
  video(0, true);
  ASSERT_TRUE(receiver->awaitHeld());
  std::uint64_t n = 1;
  while (keyframesAsked() == 0 && n < 100) video(n++);
  EXPECT_EQ(n, Receiver::kMaxVideoQueued + 2);  // the one that found it full
  video(200);
  video(201, true);
  video(202);
  receiver->letGo();
  ASSERT_TRUE(receiver->awaitVideo(3));
  EXPECT_EQ(receiver->video(), (Numbers{0, 201, 202}));
}

TEST_F(FanOutTest, keepsTheNewestAudioWhenTheQueueIsFull) {
  const auto [receiver, id] = join();
  receiver->block();
  audio(0);
  ASSERT_TRUE(receiver->awaitHeld());
  Numbers expected{0};
  for (std::uint64_t n = 1; n <= Receiver::kMaxAudioQueued + 10; ++n) {
    audio(n);
    if (n > 10) expected.push_back(n);
  }
  receiver->letGo();
  ASSERT_TRUE(receiver->awaitAudio(expected.size()));
  EXPECT_EQ(receiver->audio(), expected);
}

TEST_F(FanOutTest, afterARefusalBeginsWithAKeyframe) {
  const auto [receiver, id] = join();
  video(0, true);
  ASSERT_TRUE(receiver->awaitVideo(1));
  receiver->setRefusing(true);
  video(1);
  ASSERT_TRUE(receiver->awaitRefused(1));
  receiver->setRefusing(false);
  video(2);  // dropped, whether it came before the refusal was noticed or after
  while (receiver->video().size() < 2) video(3, true);
  EXPECT_EQ(receiver->video()[1], 3U);
}

TEST_F(FanOutTest, aRemovedReceiverGetsNothingEvenWhileBlocked) {
  const auto [receiver, id] = join();
  receiver->block();
  audio(1);
  audio(2);
  ASSERT_TRUE(receiver->awaitHeld());
  fanOut_->remove(id);
  // Still looked after: its thread is replaced like any other's.
  const auto [second, otherId] = join();
  second->block();
  audio(3);
  ASSERT_TRUE(second->awaitHeld());
  pass(FanOut::kSlowPush + milliseconds(1));
  fanOut_->checkPushes();
  const auto [good, goodId] = join();
  audio(4);
  ASSERT_TRUE(good->awaitAudio(1));
  receiver->letGo();
  second->letGo();
  ASSERT_TRUE(receiver->awaitAudio(1));
  ASSERT_TRUE(second->awaitAudio(2));
  EXPECT_EQ(receiver->audio(), Numbers{1});
}

// Joining, leaving and sending from several threads, for the thread sanitizer.
TEST_F(FanOutTest, survivesJoinsAndLeavesWhileSending) {
  std::atomic<bool> stop{false};
  std::thread encoder([&] {
    for (std::uint64_t n = 0; !stop; ++n) video(n % kFrames, n % 10 == 0);
  });
  std::thread ticker([&] {
    while (!stop) {
      audio(1);
      fanOut_->checkPushes();
    }
  });
  for (int round = 0; round < 50; ++round) {
    const auto [receiver, id] = join();
    ASSERT_TRUE(receiver->awaitVideo(1));
    ASSERT_TRUE(receiver->awaitAudio(1));
    fanOut_->remove(id);
  }
  stop = true;
  encoder.join();
  ticker.join();
  EXPECT_TRUE(fanOut_->readySlots().empty());
}

}  // namespace
}  // namespace tessera
