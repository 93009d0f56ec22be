// SPDX-License-Identifier: Apache-2.0
// A flash and a beep that were captured together leave the two mixers with the same time, whatever the two
// media go through on their way, and wherever the canvas' ticks fall between a camera's frames.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "frames.h"
#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/picture_lag.h"
#include "tones.h"

namespace tessera::mix {
namespace {

using namespace test;

struct Network {
  const char* what;
  Nanos video, videoJitter;  // arrival - capture: from video to video + videoJitter
  Nanos audio, audioJitter;
};

struct Camera {
  int fps = 30;
  Nanos phase{4ms};  // from a frame's capture to the next tick, at D = 0
};

class LipSync : public testing::Test {
 protected:
  static constexpr Nanos kStart = 700s, kCanvas = 33333333ns, kSettled = 5s;
  static constexpr int kSeconds = 40;

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

  void play(const Network& network, const Camera& camera = {}) {
    std::multimap<Nanos, std::function<void()>> events;
    const Nanos frame = Nanos(1s) / camera.fps;
    // Not once a second, which would always be at the same place between the canvas' ticks.
    const int flashEvery = camera.fps + 1;
    flashInterval_ = flashEvery * frame;
    schedule(events, kSeconds * camera.fps, frame, network.video, network.videoJitter,
             [this, flashEvery](int i, Nanos captured, Nanos arrived) {
               video_->push(solid(16, 16, i % flashEvery == 0 ? kWhite : kBlack, captured), arrived);
               // Whose camera is half a frame behind.
               if (others_)
                 others_->push(solid(16, 16, kBlue, captured + kCanvas / 2), arrived + kCanvas / 2);
             });
    schedule(events, kSeconds * 50, kAudioTick, network.audio, network.audioJitter,
             [this](int i, Nanos captured, Nanos arrived) { audio_->push(beeps(i), captured, arrived); });
    for (Nanos tick = kStart + camera.phase; tick < kStart + kSeconds * 1s; tick += kCanvas) {
      events.emplace(tick, [this, tick] { look(tick); });
    }
    for (Nanos tick = kStart + 11ms; tick < kStart + kSeconds * 1s; tick += kAudioTick) {
      events.emplace(tick, [this, tick] { listen(tick); });
    }
    for (const auto& [time, act] : events) act();
  }

  // Of each flash since D and the mean have settled: how much later than its beep.
  std::vector<Nanos> flashesAfterBeeps() const {
    std::vector<Nanos> out;
    for (const Nanos flash : flashes_) {
      if (flash < kStart + kSettled) continue;
      const auto nearest =
          std::ranges::min_element(beeps_, {}, [&](Nanos beep) { return std::chrono::abs(beep - flash); });
      out.push_back(flash - *nearest);
    }
    return out;
  }

  // 40 ms of tone from each flash's capture time on.
  Samples beeps(int packet) const {
    Samples out(kTickSamples, 0);
    for (int i = 0; i < kTickSamples; ++i) {
      const auto time = Nanos(1s) * (std::int64_t{packet} * kTickSamples + i) / kSampleRate;
      if (time % flashInterval_ < 40ms) out[static_cast<std::size_t>(i)] = i % 48 < 24 ? 9000 : -9000;
    }
    return out;
  }

  void look(Nanos tick) {
    const FrameRef canvas = mixer_->tick(tick);
    EXPECT_LE(canvas->captured, tick);
    if (last_.count()) {
      EXPECT_LE(std::chrono::abs(canvas->captured - last_ - kCanvas), PictureLag::kMaxMove) << "judder";
    }
    last_ = canvas->captured;
    const bool white = pixel(*canvas, 8, 8).y > 128;
    if (white && !wasWhite_) flashes_.push_back(canvas->captured);
    wasWhite_ = white;
  }
  void listen(Nanos tick) {
    const AudioTick& result = sound_->tick(tick);
    for (int i = 0; i < kTickSamples; ++i) {
      const bool loud = std::abs(result.common[static_cast<std::size_t>(i)]) > 3000;
      // The sound of a tick ends at it, and is sent with the time at which it begins.
      const Nanos time = tick - kAudioTick + Nanos(1s) * i / kSampleRate;
      if (loud && time - lastLoud_ > 300ms) beeps_.push_back(time);
      if (loud) lastLoud_ = time;
    }
  }

  void SetUp() override {
    TilePlan tile;
    tile.slot = video_;
    tile.rect = {0, 0, 16, 16};
    mixer_->setPlan({.tiles = {tile}});
  }

  std::shared_ptr<PlayoutDelay> delay_ = PlayoutDelay::create();
  std::unique_ptr<VideoMixer> mixer_ = VideoMixer::create(16, 16);
  std::unique_ptr<AudioMixer> sound_ = AudioMixer::create({6, 1, false});
  std::shared_ptr<VideoSlot> video_ = mixer_->addSlot(delay_);
  std::shared_ptr<AudioSlot> audio_ = sound_->addSlot(delay_);
  std::shared_ptr<VideoSlot> others_;
  std::vector<Nanos> flashes_, beeps_;
  Nanos flashInterval_{0};
  Nanos last_{0};
  bool wasWhite_ = false;
  Nanos lastLoud_{0};
};

double meanMs(const std::vector<Nanos>& times) {
  Nanos sum{0};
  for (const Nanos time : times) sum += time;
  return static_cast<double>(sum.count()) / 1e6 / static_cast<double>(times.size());
}

class LipSyncNetworks : public LipSync, public testing::WithParamInterface<Network> {};

TEST_P(LipSyncNetworks, FlashAndBeepComeTogether) {
  play(GetParam());
  const auto apart = flashesAfterBeeps();
  ASSERT_GE(apart.size(), 20U);
  for (const Nanos one : apart) EXPECT_LE(std::chrono::abs(one), kCanvas) << GetParam().what;
  EXPECT_NEAR(meanMs(apart), 0, 5) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(Networks, LipSyncNetworks,
                         testing::Values(Network{"a good network", 4ms, 0ms, 3ms, 0ms},
                                         Network{"slow video", 110ms, 0ms, 15ms, 0ms},
                                         Network{"slow audio", 20ms, 0ms, 120ms, 0ms},
                                         Network{"audio stamped ahead, to wait for video", 20ms, 0ms, -80ms,
                                                 10ms},
                                         Network{"jitter on both", 30ms, 60ms, 20ms, 40ms}));

class LipSyncCameras : public LipSync, public testing::WithParamInterface<std::tuple<int, int>> {};

// Where the canvas' ticks fall in a frame says nothing of the mean, and each flash is within half a tick.
TEST_P(LipSyncCameras, NeitherIsEarlierOnAverage) {
  const auto [fps, phase] = GetParam();
  play({"", 40ms, 0ms, 25ms, 0ms}, {fps, phase * 1ms});
  const auto apart = flashesAfterBeeps();
  ASSERT_GE(apart.size(), 20U);
  EXPECT_NEAR(meanMs(apart), 0, 2);
  for (const Nanos one : apart) EXPECT_LE(std::chrono::abs(one), kCanvas / 2 + 2ms);
}

INSTANTIATE_TEST_SUITE_P(RatesAndPhases, LipSyncCameras,
                         testing::Combine(testing::Values(15, 24, 25, 30),
                                          testing::Values(1, 9, 17, 25, 32)));

// The speaker's lips count, not the mean of all.
TEST_F(LipSync, GoesByWhoLeads) {
  const auto other = mixer_->addSlot(delay_);
  TilePlan speaker, listener;
  speaker.slot = video_;
  speaker.rect = {0, 0, 16, 16};
  speaker.leads = true;
  listener.slot = other;
  listener.rect = {16, 0, 16, 16};
  mixer_->setPlan({.width = 32, .height = 16, .tiles = {speaker, listener}});
  others_ = other;
  play({"", 40ms, 0ms, 25ms, 0ms}, {30, 4ms});
  EXPECT_NEAR(meanMs(flashesAfterBeeps()), 0, 2);
}

}  // namespace
}  // namespace tessera::mix
