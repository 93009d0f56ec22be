// SPDX-License-Identifier: Apache-2.0
// Everything at once on threads of its own, for the thread sanitizer, and to see that no tick waits for long.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "frames.h"
#include "pipelines/mix/audio_mixer.h"
#include "tones.h"

namespace tessera::mix {
namespace {

using namespace test;

constexpr int kSenders = 4;
constexpr int kTicks = 300;
constexpr int kWidth = 320, kHeight = 180;

Nanos clockNow() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

// Runs `work` again and again on a thread of its own until destroyed.
class Loop {
 public:
  explicit Loop(std::function<void(std::mt19937&)> work)
      : thread_([this, work = std::move(work)] {
          std::mt19937 random(7);
          while (!stop_) {
            work(random);
            std::this_thread::yield();
          }
        }) {}
  ~Loop() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Each sender has a colour; whatever plan is in force, gliding or not, a tile shows its own sender, its
// avatar or the bars around it, and nothing else.
TEST(MixerStress, Video) {
  const auto mixer = VideoMixer::create(kWidth, kHeight);
  std::vector<std::shared_ptr<VideoSlot>> slots;
  std::vector<VideoFrame> small, large;
  for (int i = 0; i < kSenders; ++i) {
    const Yuv colour{50 + 40 * i, 128, 128};
    slots.push_back(mixer->addSlot(i % 2 == 0 ? PlayoutDelay::create() : nullptr));
    small.push_back(solid(160, 90, colour));
    large.push_back(solid(320, 180, colour));
  }
  std::atomic<int> layout{0};
  {
    std::vector<std::unique_ptr<Loop>> loops;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      loops.push_back(std::make_unique<Loop>([&, i](std::mt19937& random) {
        VideoFrame frame = random() % 2 == 0 ? small[i] : large[i];
        const Nanos now = clockNow();
        frame.captured = now - Nanos(1ms) * static_cast<int>(random() % 50);
        slots[i]->push(frame, now);
      }));
    }
    loops.push_back(std::make_unique<Loop>([&](std::mt19937& random) {
      const int columns = 1 + ++layout % 4;
      const int part = random() % 8 == 0 ? 2 : 1;  // of the full canvas
      const int width = kWidth / part, height = kHeight / part;
      VideoPlan plan{.width = width, .height = height};
      plan.glide = random() % 2 * 100ms;
      for (int i = 0; i < columns; ++i) {
        TilePlan tile;
        tile.identity = static_cast<std::uint64_t>(i) + 1;
        tile.sharp = random() % 7 == 0;
        tile.slot = slots[static_cast<std::size_t>(i)];
        tile.rect = {i * (width / columns & ~1), 0, width / columns & ~1, height / columns & ~1};
        tile.showVideo = random() % 5 != 0;
        tile.avatar = share(solid(tile.rect.width, tile.rect.height, {50 + 40 * i, 128, 128}));
        plan.tiles.push_back(tile);
      }
      mixer->setPlan(std::move(plan));
    }));
    std::vector<FrameRef> held;
    std::mt19937 random(3);
    for (int i = 0; i < kTicks; ++i) {
      FrameRef canvas = mixer->tick(clockNow());
      const int luma = pixel(*canvas, 2, 2).y;  // the first tile is always the first sender's
      ASSERT_TRUE(std::abs(luma - 50) <= 2 || luma == 30 || luma == 23) << luma << " at tick " << i;
      if (random() % 3 == 0) held.push_back(std::move(canvas));
      if (held.size() > 4) held.erase(held.begin());
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(mixer->stats().ticks, static_cast<std::uint64_t>(kTicks));
}

TEST(MixerStress, Audio) {
  const auto mixer = AudioMixer::create({3, 2, true});
  const Samples sound = tone(440, 8000, 2 * kTickSamples);
  const auto main = mixer->addSlot(PlayoutDelay::create());  // of those who share a screen
  {
    std::vector<std::unique_ptr<Loop>> loops;
    for (int i = 0; i < kSenders; ++i) {
      // Each joins, talks, mutes and leaves again and again.
      loops.push_back(std::make_unique<Loop>([&](std::mt19937& random) {
        const auto slot = mixer->addSlot(random() % 2 == 0 ? PlayoutDelay::create() : nullptr);
        mixer->setCompanion(slot, random() % 2 == 0 ? main.get() : nullptr);
        mixer->play(random() % 2 == 0 ? Chime::entry : Chime::exit);
        for (unsigned n = 0; n < 1 + random() % 20; ++n) {
          const Nanos now = clockNow();
          slot->push({sound.data(), 1 + random() % sound.size()},
                     now - Nanos(1ms) * static_cast<int>(random() % 40), now);
          slot->setMuted(random() % 8 == 0);
        }
        mixer->removeSlot(slot);
      }));
    }
    for (int i = 0; i < kTicks; ++i) {
      const AudioTick& tick = mixer->tick(clockNow());
      ASSERT_LE(tick.personal.size(), 3U);
      mixer->stats();
      std::this_thread::yield();
    }
  }
  mixer->tick(clockNow());
  EXPECT_EQ(mixer->tick(clockNow()).levels.size(), 1U) << "all others have left";
}

}  // namespace
}  // namespace tessera::mix
