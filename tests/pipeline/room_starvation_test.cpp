// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "room_people.h"
#include "server/room_process.h"

// A real room process on one core that it has to share with threads that never rest: the picture gives way,
// the sound does not. Wall clock, so what gates is loose; the figures are in the test's properties.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::personOf;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;

constexpr CanvasSettings kCanvas{1280, 720, 30};
constexpr int kCore = 0;
constexpr int kHogs = 8;  // so that an ordinary thread gets less of the core than the encoder needs

cpu_set_t only(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return set;
}

// The calling thread, and what it starts meanwhile, runs on one core.
class Pinned {
 public:
  Pinned() {
    sched_getaffinity(0, sizeof before_, &before_);
    const cpu_set_t set = only(kCore);
    sched_setaffinity(0, sizeof set, &set);
  }
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_{};
};

// Threads that take all the time of a core that they are given.
class Hogs {
 public:
  Hogs() {
    const Pinned pinned;
    for (int i = 0; i < kHogs; ++i) {
      threads_.emplace_back([](const std::stop_token& stop) {
        std::atomic<unsigned> work{0};
        while (!stop.stop_requested()) ++work;
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

// How long nothing was heard at a stretch. Filled on a streaming thread.
class Silence {
 public:
  void hear(std::span<const std::int16_t> samples) {
    for (const std::int16_t sample : samples) {
      run_ = std::abs(sample) < 300 ? run_ + 1 : 0;  // a steady tone is louder all but a few samples
      longest_ = std::max(longest_.load(), run_);
    }
    heard_ += samples.size();
  }
  void forget() { longest_ = 0; }
  int longestMs() const { return static_cast<int>(longest_ / (mix::kSampleRate / 1000)); }
  std::uint64_t heard() const { return heard_; }

 private:
  std::int64_t run_ = 0;
  std::atomic<std::int64_t> longest_{0};
  std::atomic<std::uint64_t> heard_{0};
};

bool realTimeAllowed() {
  bool allowed = false;
  std::thread([&] {
    sched_param parameters{};
    parameters.sched_priority = sched_get_priority_min(SCHED_RR);
    allowed = pthread_setschedparam(pthread_self(), SCHED_RR, &parameters) == 0;
  }).join();
  return allowed;
}

class RoomStarvationTest : public testing::Test {
 protected:
  static std::unique_ptr<MediaRoom> spawn(server::ProcessReaper& reaper, MediaRoomEvents& events) {
    server::RoomProcess::Environment environment;
    environment.program = TESSERA_ROOM;
    environment.logLevel = "warn";
    environment.logFormat = "text";
    environment.health.silence = 10s;  // it is starved on purpose
    environment.health.start = 30s;
    const Pinned pinned;
    auto process = server::RoomProcess::spawn(environment, reaper);
    if (!process) ADD_FAILURE() << process.error().text;
    (*process)->bind(RoomUnderTest::settingsFor(kCanvas), events);
    return std::move(*process);
  }

  std::string report() const {
    const RoomHealth& now = room_.health;
    return fmt::format(
        "degradation {}, canvas {}x{}@{}, video ticks {} missed {}, audio ticks {} missed {}, silence {} ms",
        static_cast<int>(now.degradation), room_.picture.canvas.width, room_.picture.canvas.height,
        room_.picture.canvas.fps, now.videoTicks, now.missedVideoTicks, now.audioTicks, now.missedAudioTicks,
        silence_->longestMs());
  }

  server::ProcessReaper reaper_;
  RoomUnderTest room_{[this](MediaRoomEvents& events) { return spawn(reaper_, events); }};
  const std::shared_ptr<Silence> silence_ = std::make_shared<Silence>();
};

TEST_F(RoomStarvationTest, thePictureGivesWayAndTheSoundDoesNot) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "the clients need a core of their own";
  for (std::size_t i = 0; i < 2; ++i) {
    auto person = personOf(kAppearances[i]);
    person.options.fps = 30;
    // Work for the room's encoder, which would hardly notice plain colours.
    person.options.camera = "videotestsrc name=camera is-live=true pattern=snow";
    person.options.kbps = 1000;
    room_.join(person);
  }
  Guest& listener = room_.guests.front();
  const Guest& talker = room_.guests.back();
  listener.client->audio.onSamples = [silence = silence_](std::span<const std::int16_t> samples, mix::Nanos) {
    silence->hear(samples);
  };
  ASSERT_TRUE(runUntil([&] { return room_.allConnected() && listener.hears(talker.options.tone); }, 60s))
      << report();
  runFor(1s);
  silence_->forget();
  const RoomHealth before = room_.health;
  {
    const Hogs hogs;
    ASSERT_TRUE(runUntil([&] { return room_.health.degradation >= Degradation::rate; }, 60s)) << report();
    runFor(2s);
    EXPECT_TRUE(listener.hears(talker.options.tone)) << report();
    RecordProperty("starved", report());
  }
  const auto ticks = room_.health.audioTicks - before.audioTicks;
  const auto missed = room_.health.missedAudioTicks - before.missedAudioTicks;
  if (realTimeAllowed()) {
    EXPECT_LE(missed * 100, ticks) << report();
  }
  // When it comes back is up to what else the machine has to do; src/room's tests say how.
  const Degradation worst = room_.health.degradation;
  const bool recovered = runUntil([&] { return room_.health.degradation < worst; }, 15s);
  RecordProperty("afterwards", fmt::format("{}: {}", recovered ? "recovered" : "still short", report()));
  EXPECT_TRUE(room_.failures.empty());
}

}  // namespace
}  // namespace tessera
