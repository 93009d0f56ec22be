// SPDX-License-Identifier: Apache-2.0
// Many come within a second: an encoder, the fan-out and the receivers, on a clock of ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "pipelines/encode/video_rung.h"
#include "pipelines/fanout/fan_out.h"
#include "pipelines/mix/frame_pool.h"
#include "support/run_until.h"

namespace tessera {
namespace {

constexpr mix::Nanos kStart = std::chrono::hours(30);
constexpr mix::Nanos kFrame = std::chrono::nanoseconds(33'333'333);
constexpr CanvasSettings kCanvas{320, 180, 30};
constexpr RungId kTop{VideoCodec::vp8, 0};

class Newcomer : public LegOutput {
 public:
  bool ready() const override { return true; }
  bool pushVideo(const RtpFrame& frame, std::size_t, std::size_t) override {
    if (begins_ == 0) begins_ = frame.keyframe ? 1 : -1;
    pts_ = frame.pts;
    return true;
  }
  bool pushAudio(const RtpFrame&) override { return true; }
  bool sees(mix::Nanos time) const { return begins_ == 1 && pts_ == static_cast<GstClockTime>(time.count()); }

 private:
  std::atomic<int> begins_{0};  // 1: with a keyframe, -1: with something else
  std::atomic<GstClockTime> pts_{0};
};

class KeyframeStormTest : public testing::Test {
 protected:
  KeyframeStormTest() {
    FanOut::Handlers handlers;
    handlers.onKeyframeNeeded = [this](RungId) { rung_->requestKeyframe(); };
    handlers.onMoved = [](ReceiverId) {};
    handlers.onBroken = [](ReceiverId, const Error&) {};
    fanOut_ = std::make_unique<FanOut>(handlers, [this] { return now_.load(); });
    rung_ = VideoRung::create({kTop.codec, {kCanvas.height, kCanvas.fps, 500, 200}, kCanvas},
                              {[this](const gst::Ref<GstBuffer>& frame, bool keyframe) {
                                 fanOut_->video(kTop, frame, keyframe);
                                 const std::lock_guard lock(mutex_);
                                 keyframes_ += keyframe ? 1 : 0;
                                 ++frames_;
                                 encoded_.notify_all();
                               },
                               {}})
                .value();
  }
  ~KeyframeStormTest() override { rung_.reset(); }

  void join() {
    newcomers_.push_back(std::make_shared<Newcomer>());
    fanOut_->expectKeyframe(fanOut_->add(newcomers_.back(), kTop, nullptr));
  }
  // The next picture of the canvas is encoded and queued to everybody.
  bool passFrame() {
    now_ = now_.load() + kFrame;
    auto memory =
        std::make_shared<std::vector<std::uint8_t>>(mix::i420Bytes(kCanvas.width, kCanvas.height), 128);
    auto frame =
        std::make_shared<mix::VideoFrame>(mix::i420Over(memory->data(), kCanvas.width, kCanvas.height).frame);
    frame->captured = now_;
    frame->memory = memory;
    rung_->push(frame);
    std::unique_lock lock(mutex_);
    const int awaited = ++pushed_;
    return encoded_.wait_for(lock, std::chrono::seconds(20), [&] { return frames_ >= awaited; });
  }
  int keyframes() const {
    const std::lock_guard lock(mutex_);
    return keyframes_;
  }

  std::atomic<mix::Nanos> now_{kStart};
  mutable std::mutex mutex_;
  std::condition_variable encoded_;
  int frames_ = 0, keyframes_ = 0, pushed_ = 0;
  std::vector<std::shared_ptr<Newcomer>> newcomers_;
  std::unique_ptr<FanOut> fanOut_;
  std::unique_ptr<VideoRung> rung_;
};

TEST_F(KeyframeStormTest, tenWhoJoinWithinASecondCostFourKeyframesAtMost) {
  ASSERT_TRUE(passFrame());
  const int before = keyframes();
  for (int n = 0; n < 30; ++n) {
    if (n % 3 == 0) join();
    for (std::size_t i = 0; n % 7 == 0 && i < newcomers_.size(); ++i) rung_->requestKeyframe();
    ASSERT_TRUE(passFrame());
  }
  ASSERT_EQ(newcomers_.size(), 10U);
  EXPECT_LE(keyframes() - before, 4);
  // And soon all of them see the picture that there is now, from a keyframe on.
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(passFrame());
  EXPECT_TRUE(test::runUntil(
      [&] { return std::ranges::all_of(newcomers_, [&](const auto& each) { return each->sees(now_); }); }));
  EXPECT_LE(keyframes() - before, 5);
}

TEST_F(KeyframeStormTest, tenWhoJoinAtOnceCostOne) {
  ASSERT_TRUE(passFrame());
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(passFrame());
  const int before = keyframes();
  for (int i = 0; i < 10; ++i) join();
  for (int n = 0; n < 15; ++n) ASSERT_TRUE(passFrame());
  EXPECT_TRUE(test::runUntil(
      [&] { return std::ranges::all_of(newcomers_, [&](const auto& each) { return each->sees(now_); }); }));
  EXPECT_EQ(keyframes() - before, 1);
}

}  // namespace
}  // namespace tessera
