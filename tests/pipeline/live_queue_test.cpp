// SPDX-License-Identifier: Apache-2.0
// What waits for a live destination: it begins with a keyframe, and is never much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "pipelines/live/back_off.h"
#include "pipelines/live/byte_rate.h"
#include "pipelines/live/live_queue.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;

class LiveQueueTest : public testing::Test {
 protected:
  static gst::Ref<GstBuffer> bufferAt(mix::Nanos pts) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 10, nullptr);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(pts.count());
    return gst::Ref<GstBuffer>::adopt(buffer);
  }
  void frame(mix::Nanos pts, bool keyframe = false) { queue_.onFrame(bufferAt(pts), keyframe); }
  void sound(mix::Nanos pts) { queue_.onAac(bufferAt(pts)); }
  // "v1000k": a keyframe at 1000 ms, "*" after a gap; "a1000": sound.
  std::string next() {
    const auto item = queue_.pop();
    if (!item) return "closed";
    return fmt::format("{}{}{}{}", item->video ? "v" : "a", item->pts / 1ms, item->keyframe ? "k" : "",
                       item->afterGap ? "*" : "");
  }

  LiveQueue queue_{1s};
};

TEST_F(LiveQueueTest, BeginsWithAKeyframeAndTheSoundFromThereOn) {
  frame(900ms);
  sound(980ms);
  sound(1001ms);
  sound(1022ms);
  frame(1000ms, true);
  frame(1040ms);
  sound(1043ms);
  for (const char* expected : {"v1000k", "a1001", "a1022", "v1040", "a1043"}) EXPECT_EQ(next(), expected);
  EXPECT_EQ(queue_.framesDropped(), 0);  // nobody waited for what came before
}

TEST_F(LiveQueueTest, SoundBeforeTheFirstKeyframeIsBounded) {
  for (mix::Nanos at{0}; at < 60s; at += 20ms) sound(at);
  frame(0ms, true);  // as if all of it was after the keyframe
  EXPECT_EQ(next(), "v0k");
  EXPECT_EQ(next(), "a58980");
}

TEST_F(LiveQueueTest, ABacklogIsDroppedUpToTheNextKeyframeAndCounted) {
  frame(0ms, true);
  for (int i = 1; i <= 25; ++i) frame(i * 40ms);
  EXPECT_EQ(queue_.framesDropped(), 0);
  frame(1040ms);  // more than a second
  EXPECT_EQ(queue_.framesDropped(), 27);
  sound(1050ms);
  frame(1080ms);
  EXPECT_EQ(queue_.framesDropped(), 28);
  frame(1120ms, true);
  sound(1130ms);
  EXPECT_EQ(next(), "v1120k*");
  EXPECT_EQ(next(), "a1130");
  frame(1160ms);
  EXPECT_EQ(next(), "v1160");
  EXPECT_EQ(queue_.framesDropped(), 28);
}

// Never all of it at once on a thread of the room's.
TEST_F(LiveQueueTest, ABacklogIsFreedByWhoeverTakesOrBitByBit) {
  int freed = 0;
  const auto put = [&](mix::Nanos pts, bool keyframe) {
    const auto buffer = bufferAt(pts);
    gst_mini_object_weak_ref(
        GST_MINI_OBJECT(buffer.get()), [](gpointer count, GstMiniObject*) { ++*static_cast<int*>(count); },
        &freed);
    queue_.onFrame(buffer, keyframe);
  };
  for (int i = 0; i < 10; ++i) put(i * 40ms, i == 0);
  put(2s, true);
  EXPECT_EQ(freed, 0);
  put(2040ms, false);
  EXPECT_EQ(freed, 2);
  EXPECT_EQ(next(), "v2000k*");
  EXPECT_EQ(freed, 11);
  queue_.close();
  EXPECT_EQ(freed, 12);
}

TEST_F(LiveQueueTest, AKeyframeThatMeetsABacklogReplacesIt) {
  frame(0ms, true);
  frame(40ms);
  frame(2000ms, true);
  EXPECT_EQ(queue_.framesDropped(), 2);
  EXPECT_EQ(next(), "v2000k*");
}

TEST_F(LiveQueueTest, SoundAloneDoesNotPileUpEither) {
  frame(0ms, true);
  for (mix::Nanos at{0}; at < 60s; at += 20ms) sound(at);
  EXPECT_EQ(queue_.framesDropped(), 1);
  frame(60s, true);
  EXPECT_EQ(next(), "v60000k*");
}

TEST_F(LiveQueueTest, ClosingWakesWhoWaits) {
  std::thread waiting([this] { EXPECT_EQ(next(), "closed"); });
  EXPECT_FALSE(queue_.closedWithin(1ms));
  queue_.close();
  waiting.join();
  EXPECT_TRUE(queue_.closedWithin(10s));
  frame(0ms, true);
  EXPECT_EQ(next(), "closed");
}

TEST(BackOffTest, DoublesToHalfAMinute) {
  BackOff backOff;
  for (const int ms : {1000, 2000, 4000, 8000, 16000, 30000, 30000}) EXPECT_EQ(backOff.next(0.5).count(), ms);
  EXPECT_EQ(backOff.next(0).count(), 22500);
  EXPECT_EQ(backOff.next(1).count(), 30000);
  backOff.reset();
  EXPECT_EQ(backOff.next(0).count(), 750);
}

TEST(ByteRateTest, IsThatOfTheLastSeconds) {
  ByteRate rate;
  EXPECT_EQ(rate.kbps(0, 0s), 0);
  for (int second = 1; second <= 10; ++second) EXPECT_EQ(rate.kbps(second * 125000, second * 1s), 1000);
  for (int second = 11; second <= 13; ++second) EXPECT_LT(rate.kbps(1250000, second * 1s), 1000);
  EXPECT_EQ(rate.kbps(1250000, 14s), 0);
}

}  // namespace
}  // namespace tessera
