// SPDX-License-Identifier: Apache-2.0
// A flash and a beep that were captured together leave the two mixers together, whatever the two media go
// through on their way.
#include <gtest/gtest.h>

#include <map>

#include "frames.h"
#include "pipelines/mix/audio_mixer.h"
#include "tones.h"

namespace tessera::mix {
namespace {

using namespace test;

struct Network {
  const char* what;
  Nanos video, videoJitter;  // arrival - capture: from video to video + videoJitter
  Nanos audio, audioJitter;
};

class LipSync : public testing::TestWithParam<Network> {
 protected:
  static constexpr Nanos kStart = 700s, kFrame = 33333333ns, kTile = 33366700ns;
  static constexpr int kFlashEvery = 30, kFrames = 600;  // a flash a second for 20 s

  // In order of arrival: a medium's packets do not overtake each other.
  template <class Send>
  static void schedule(std::multimap<Nanos, Send>& events, int count, Nanos interval, Nanos base,
                       Nanos jitter, std::function<void(int, Nanos, Nanos)> send) {
    Nanos last{0};
    for (int i = 0; i < count; ++i) {
      const Nanos captured = kStart + i * interval;
      last = std::max(last, captured + base + jitter * (i * 31 % 17) / 16);
      events.emplace(last, [=] { send(i, captured, last); });
    }
  }

  void play(const Network& network) {
    std::multimap<Nanos, std::function<void()>> events;
    schedule(events, kFrames, kFrame, network.video, network.videoJitter,
             [this](int i, Nanos captured, Nanos arrived) {
               video_->push(solid(160, 90, i % kFlashEvery == 0 ? kWhite : kBlack, captured), arrived);
             });
    schedule(events, kFrames * 5 / 3, kAudioTick, network.audio, network.audioJitter,
             [this](int i, Nanos captured, Nanos arrived) { audio_->push(beeps(i), captured, arrived); });
    for (Nanos tick = kStart + 4ms; tick < kStart + kFrames * kFrame; tick += kFrame) {
      events.emplace(tick, [this, tick] { look(tick); });
    }
    for (Nanos tick = kStart + 11ms; tick < kStart + kFrames * kFrame; tick += kAudioTick) {
      events.emplace(tick, [this, tick] { listen(tick); });
    }
    for (const auto& [time, act] : events) act();
  }

  // 40 ms of tone from each flash's capture time on.
  static Samples beeps(int packet) {
    Samples out(kTickSamples, 0);
    for (int i = 0; i < kTickSamples; ++i) {
      const auto time = Nanos(1s) * (std::int64_t{packet} * kTickSamples + i) / kSampleRate;
      if (time % (kFlashEvery * kFrame) < 40ms) out[static_cast<std::size_t>(i)] = i % 48 < 24 ? 9000 : -9000;
    }
    return out;
  }

  void look(Nanos tick) {
    const bool white = pixel(*mixer_->tick(tick), 80, 45).y > 128;
    if (white && !wasWhite_) flashes_.push_back(tick);
    wasWhite_ = white;
  }
  void listen(Nanos tick) {
    const AudioTick& result = sound_->tick(tick);
    for (int i = 0; i < kTickSamples; ++i) {
      const bool loud = std::abs(result.common[static_cast<std::size_t>(i)]) > 3000;
      const Nanos time = tick + Nanos(1s) * i / kSampleRate;
      if (loud && time - lastLoud_ > 300ms) beeps_.push_back(time);
      if (loud) lastLoud_ = time;
    }
  }

  void SetUp() override {
    TilePlan tile;
    tile.slot = video_;
    tile.rect = {0, 0, 160, 90};
    mixer_->setPlan({.tiles = {tile}});
  }

  std::shared_ptr<PlayoutDelay> delay_ = PlayoutDelay::create();
  std::unique_ptr<VideoMixer> mixer_ = VideoMixer::create(160, 90);
  std::unique_ptr<AudioMixer> sound_ = AudioMixer::create({6, 1, false});
  std::shared_ptr<VideoSlot> video_ = mixer_->addSlot(delay_);
  std::shared_ptr<AudioSlot> audio_ = sound_->addSlot(delay_);
  std::vector<Nanos> flashes_, beeps_;
  bool wasWhite_ = false;
  Nanos lastLoud_{0};
};

TEST_P(LipSync, FlashAndBeepComeTogether) {
  play(GetParam());
  ASSERT_GE(flashes_.size(), 18U);
  ASSERT_GE(beeps_.size(), 18U);
  // The first seconds are D's to settle in.
  int compared = 0;
  for (const Nanos flash : flashes_) {
    if (flash < kStart + 4s) continue;
    const auto nearest =
        std::ranges::min_element(beeps_, {}, [flash](Nanos beep) { return std::chrono::abs(beep - flash); });
    EXPECT_LE(std::chrono::abs(*nearest - flash), kTile) << GetParam().what;
    ++compared;
  }
  EXPECT_GE(compared, 14);
}

INSTANTIATE_TEST_SUITE_P(Networks, LipSync,
                         testing::Values(Network{"a good network", 4ms, 0ms, 3ms, 0ms},
                                         Network{"slow video", 110ms, 0ms, 15ms, 0ms},
                                         Network{"slow audio", 20ms, 0ms, 120ms, 0ms},
                                         Network{"audio stamped ahead, to wait for video", 20ms, 0ms, -80ms,
                                                 10ms},
                                         Network{"jitter on both", 30ms, 60ms, 20ms, 40ms}));

}  // namespace
}  // namespace tessera::mix
