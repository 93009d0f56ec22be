// SPDX-License-Identifier: Apache-2.0
// Pauses are cut out: nothing of them is in the file, and what is around them stays together.
#include <gmock/gmock.h>

#include "record_fixture.h"

namespace tessera::test {
namespace {

using testing::ElementsAre;
using wire::PartPointKind;

constexpr double kFrame = 0.04;  // seconds: 25 a second
constexpr Yuv kSecretColour{80, 90, 240};
constexpr double kSecretTone = 3000;

class RecordPause : public RecordTest {
 protected:
  // What `content` shows, but for the secret that is shown and heard while the recording is paused.
  void playWithSecret(ProgramSource::Script content) {
    ProgramSource::Settings with;
    with.content = [this, content](Nanos at) {
      return secret_ ? ProgramSource::Content{kSecretColour, kSecretTone} : content(at);
    };
    play(std::move(with));
  }
  void pauseFor(Nanos length) {
    pause();
    source->advance(20ms);  // more than the skew
    secret_ = true;
    source->advance(length);
    secret_ = false;
    source->advance(20ms);
    resume();
  }
  static void expectNoSecret(const DecodedFile& file) {
    for (const auto& picture : file.pictures)
      EXPECT_FALSE(near(picture.colour, kSecretColour)) << picture.time;
    for (double at = 0; at + 0.05 < file.soundEnd(); at += 0.05)
      EXPECT_LT(toneDb(file.soundAt(at, at + 0.05), kSecretTone), -50) << at;
  }

  bool secret_ = false;
};

TEST_F(RecordPause, PictureAndSoundStayTogetherOverTenPauses) {
  playWithSecret(ProgramSource::flashesAndBeeps);
  start();
  for (int i = 0; i < 10; ++i) {
    source->advance(1300ms + i * 60ms);
    skew = Nanos(i * 1'370'000);  // pauses begin anywhere in frames and in blocks of sound
    pauseFor(330ms + i * 120ms);
  }
  source->advance(3s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_GE(file.flashes().size(), 12U);
  EXPECT_LT(largestOffset(file, false), 0.005) << "of 0.040 that are allowed";
  EXPECT_LT(file.longestHole(), 2 * kFrame + 0.001) << "no black gap";
  EXPECT_GT(file.shortestStep(), kFrame - 0.0002) << "each picture is shown for its time";
  EXPECT_LT(file.soundSeam, 0.0002) << "no gap in the sound";
  EXPECT_NEAR(file.soundEnd(), static_cast<double>(statuses.back().mediaMs) / 1000, 0.05);
  EXPECT_NEAR(file.pictures.back().time, file.soundEnd(), 0.1);
  expectNoSecret(file);
}

TEST_F(RecordPause, TheSoundDoesNotClick) {
  for (const SoundCodec codec : {SoundCodec::aac, SoundCodec::opus}) {
    settings.formats.sound = codec;
    settings.part = codec == SoundCodec::aac ? 1 : 2;
    playWithSecret([](Nanos) { return ProgramSource::Content{{90, 128, 128}, 440}; });
    start();
    for (int i = 0; i < 4; ++i) {
      source->advance(700ms);
      skew = Nanos(i * 3'100'000);
      pauseFor(310ms);
    }
    source->advance(700ms);
    stop();
    const DecodedFile file = part(settings.part);
    int steepest = 0;
    for (std::size_t i = 1; i < file.sound.size(); ++i)
      steepest = std::max(steepest, std::abs(file.sound[i] - file.sound[i - 1]));
    EXPECT_LT(steepest, 1900) << "the tone itself has 943";
    expectNoSecret(file);
    recorder.reset();
  }
}

TEST_F(RecordPause, TheSidecarTiesMediaTimeToTheClock) {
  playWithSecret(ProgramSource::flashesAndBeeps);
  start();
  advance(3s);
  pauseFor(2s);
  advance(2s);
  stop();
  std::vector<wire::PartPoint> events;
  int ticks = 0;
  const auto all = points();
  for (const auto& point : all) {
    if (point.event == PartPointKind::tick) {
      ++ticks;
    } else {
      events.push_back(point);
    }
  }
  EXPECT_GE(ticks, 3);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].event, PartPointKind::start);
  EXPECT_EQ(events[1].event, PartPointKind::pause);
  EXPECT_EQ(events[2].event, PartPointKind::resume);
  EXPECT_EQ(events[3].event, PartPointKind::stop);
  EXPECT_EQ(events[0].mediaMs, 0);
  EXPECT_EQ(events[1].mediaMs, 3000);
  EXPECT_EQ(events[2].mediaMs, 3000) << "it stands still";
  EXPECT_NEAR(static_cast<double>(events[2].unixMs - events[1].unixMs), 2040, 45)
      << "up to the next keyframe";
  EXPECT_EQ(events[3].mediaMs, statuses.back().mediaMs);
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_LE(all[i - 1].mediaMs, all[i].mediaMs);
    if (all[i].event == PartPointKind::resume) continue;
    EXPECT_NEAR(static_cast<double>(all[i].unixMs - all[i - 1].unixMs),
                static_cast<double>(all[i].mediaMs - all[i - 1].mediaMs), 1.5);
  }
}

TEST_F(RecordPause, BeginsPausedAndRecordsNothingBefore) {
  settings.paused = true;
  playWithSecret(ProgramSource::flashesAndBeeps);
  secret_ = true;
  start();
  source->advance(1s);
  EXPECT_FALSE(std::filesystem::exists(directory / "part-0001.mkv"));
  secret_ = false;
  resume();
  source->advance(3s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_EQ(file.pictures.front().time, 0);
  EXPECT_EQ(statuses.back().mediaMs, 3000);
  expectNoSecret(file);
}

// Else a rung would be encoded for nobody for as long as the pause is.
TEST_F(RecordPause, APausedRecordingNeedsNothing) {
  start();
  const auto hub = std::dynamic_pointer_cast<ProgramFeed>(source->hub());
  EXPECT_EQ(hub->neededRungs().size(), 1U);
  source->advance(1s);
  pause();
  source->advance(300ms);
  EXPECT_TRUE(runUntil([&] { return hub->neededRungs().empty(); }));
  resume();
  EXPECT_EQ(hub->neededRungs().size(), 1U);
  source->advance(1s);
  stop();
  EXPECT_TRUE(hub->neededRungs().empty());
  EXPECT_EQ(part().complaints, "");
}

TEST_F(RecordPause, StopsWhilePaused) {
  start();
  source->advance(2s);
  pause();
  source->advance(1s);
  stop();
  EXPECT_EQ(statuses.back().mediaMs, 2000);
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_NEAR(file.soundEnd(), 2, 0.05);
  EXPECT_EQ(points().back().event, PartPointKind::stop);
}

// A room that ends does not ask for a stop first.
TEST_F(RecordPause, AnEndWithoutAStopClosesTheFiles) {
  start();
  source->advance(2s);
  recorder.reset();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_GE(file.pictures.size(), 45U);
  EXPECT_EQ(points().back().event, PartPointKind::stop);
  EXPECT_TRUE(DirectoryLock::take(directory.path())) << "and lets go of the lock";
}

}  // namespace
}  // namespace tessera::test
