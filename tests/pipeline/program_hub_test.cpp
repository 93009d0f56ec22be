// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "pipelines/program/program_feed.h"

// Who gets what, and that coming and going disturbs nobody. Without encoders: those are in
// program_source_test.

namespace tessera {
namespace {

using namespace std::chrono_literals;

constexpr RungId kProgram{VideoCodec::h264, kProgramLevel};
constexpr RungId kCopy{VideoCodec::h264, 0};
constexpr RungId kWebm{VideoCodec::vp8, kProgramLevel};

class Taker : public ProgramReceiver {
 public:
  void onFrame(const gst::Ref<GstBuffer>& frame, bool) override {
    const auto pts = GST_BUFFER_PTS(frame.get());
    if (frames > 0 && pts != last_ + 1) ++holes;
    last_ = pts;
    ++frames;
  }
  void onSound(const std::shared_ptr<const ProgramSound>&) override { ++sounds; }
  void onAac(const gst::Ref<GstBuffer>&) override { ADD_FAILURE() << "nobody asked for it"; }

  std::atomic<int> frames{0}, sounds{0}, holes{0};

 private:
  GstClockTime last_ = 0;
};

gst::Ref<GstBuffer> frameOf(GstClockTime pts) {
  auto frame = gst::Ref<GstBuffer>::adopt(gst_buffer_new());
  GST_BUFFER_PTS(frame.get()) = pts;
  return frame;
}

class ProgramHubTest : public testing::Test {
 protected:
  ProgramFeed::Handlers handlers() {
    return {[this] { ++changes_; }, [this](RungId rung) { asked_.push_back(rung); }, [](const Error&) {}};
  }
  std::atomic<int> changes_{0};
  std::vector<RungId> asked_;
  ProgramFeed feed_{1, 96, handlers()};
};

TEST_F(ProgramHubTest, bringsEachWhatTheyTake) {
  auto file = std::make_shared<Taker>(), copy = std::make_shared<Taker>(), sound = std::make_shared<Taker>();
  feed_.add(file, {.video = kProgram, .sound = true});
  feed_.add(copy, {.video = kCopy});
  feed_.add(sound, {.sound = true});
  for (GstClockTime n = 0; n < 5; ++n) feed_.onFrame(kProgram, frameOf(n), n == 0);
  feed_.onFrame(kCopy, frameOf(0), true);
  feed_.onSound(std::make_shared<ProgramSound>());
  EXPECT_EQ(file->frames, 5);
  EXPECT_EQ(copy->frames, 1);
  EXPECT_EQ(sound->frames, 0);
  EXPECT_EQ(file->sounds, 1);
  EXPECT_EQ(copy->sounds, 0);
  EXPECT_EQ(sound->sounds, 1);
}

TEST_F(ProgramHubTest, needsWhatSomebodyTakesAndNothingElse) {
  EXPECT_TRUE(feed_.neededRungs().empty());
  EXPECT_FALSE(feed_.wantsSound());
  auto first = std::make_shared<Taker>(), second = std::make_shared<Taker>(),
       webm = std::make_shared<Taker>();
  feed_.add(first, {.video = kProgram});
  feed_.add(second, {.video = kProgram, .tracks = true});
  feed_.add(webm, {.video = kWebm});
  EXPECT_EQ(feed_.neededRungs(), (std::vector{kProgram, kWebm}));
  EXPECT_TRUE(feed_.wantsSound());
  EXPECT_TRUE(feed_.wantsTracks());
  feed_.remove(second.get());
  EXPECT_FALSE(feed_.wantsTracks());
  feed_.add(webm, {.sound = true});  // again: needs something else now
  EXPECT_EQ(feed_.neededRungs(), std::vector{kProgram});
  EXPECT_TRUE(feed_.wantsSound());
  feed_.remove(first.get());
  feed_.remove(webm.get());
  EXPECT_TRUE(feed_.neededRungs().empty());
  EXPECT_FALSE(feed_.wantsSound());
  EXPECT_EQ(changes_, 7);
}

TEST_F(ProgramHubTest, forgetsWhoGoesWithoutAWord) {
  auto taker = std::make_shared<Taker>();
  feed_.add(taker, {.video = kProgram, .sound = true, .tracks = true});
  taker.reset();
  EXPECT_TRUE(feed_.neededRungs().empty());
  EXPECT_FALSE(feed_.wantsSound());
  EXPECT_FALSE(feed_.wantsTracks());
  feed_.onFrame(kProgram, frameOf(0), true);
  feed_.onSound(std::make_shared<ProgramSound>());
}

TEST_F(ProgramHubTest, asksForAKeyframeOfTheRungThatIsTaken) {
  auto taker = std::make_shared<Taker>(), deaf = std::make_shared<Taker>();
  feed_.add(taker, {.video = kCopy});
  EXPECT_EQ(asked_, std::vector{kCopy});  // a rung that runs already would not begin with one
  feed_.askKeyframe(taker.get());
  EXPECT_EQ(asked_.size(), 2U);
  feed_.add(deaf, {.sound = true});
  feed_.askKeyframe(deaf.get());
  feed_.remove(taker.get());
  feed_.askKeyframe(taker.get());
  EXPECT_EQ(asked_.size(), 2U);
}

// Who stays misses nothing while others come, go and vanish on other threads.
TEST(ProgramHubThreads, losesNothingWhileOthersComeAndGo) {
  constexpr int kVisits = 3000;
  ProgramFeed feed(1, 96, {[] {}, [](RungId) {}, [](const Error&) {}});
  auto steady = std::make_shared<Taker>();
  feed.add(steady, {.video = kProgram, .sound = true});
  std::atomic<bool> over{false};
  std::atomic<int> visits{0};
  std::vector<std::thread> guests;
  for (int n = 0; n < 3; ++n)
    guests.emplace_back([&, n] {
      while (!over) {
        auto guest = std::make_shared<Taker>();
        feed.add(guest, {.video = kProgram, .sound = true, .tracks = n == 0});
        feed.askKeyframe(guest.get());
        if (n == 2) guest.reset();
        feed.remove(guest.get());
        ++visits;
        std::this_thread::yield();
      }
    });
  int blocks = 0;
  std::thread sound([&] {
    const auto block = std::make_shared<const ProgramSound>();
    for (; visits < kVisits; ++blocks) {
      if (feed.wantsSound()) feed.onSound(block);
      feed.wantsTracks();
    }
  });
  int frames = 0;
  for (; visits < kVisits; ++frames) {
    feed.onFrame(kProgram, frameOf(static_cast<GstClockTime>(frames)), false);
    feed.neededRungs();
  }
  sound.join();
  over = true;
  for (std::thread& guest : guests) guest.join();
  EXPECT_EQ(steady->frames, frames);
  EXPECT_EQ(steady->holes, 0);
  EXPECT_EQ(steady->sounds, blocks);
  EXPECT_EQ(feed.neededRungs(), std::vector{kProgram});
}

}  // namespace
}  // namespace tessera
