// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "pipelines/record/recording.h"
#include "support/decoded_file.h"
#include "support/program_source.h"
#include "support/run_until.h"
#include "support/temporary_directory.h"

namespace tessera::test {

using namespace std::chrono_literals;
using mix::Nanos;

// A recorder of a room that is played as fast as its encoders go: its clock is how far that is.
class RecordTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!canDecodeFiles()) GTEST_SKIP() << "ffmpeg is not installed";
    settings.id = RecordingId{"4k2m00000000"};
    settings.directory = directory.path();
    surroundings.now = [this] { return source->start() + source->position() + skew; };
  }
  void TearDown() override { recorder.reset(); }

  void play(ProgramSource::Settings with) {
    room.program = with.program;
    source = std::make_unique<ProgramSource>(std::move(with));
  }
  void start() {
    if (!source) play({});
    auto started = startRecorder(
        settings, room, source->hub(), [this](const RecordingStatus& status) { statuses.push_back(status); },
        surroundings);
    ASSERT_TRUE(started) << started.error().text;
    recorder = std::move(*started);
    await(settings.paused ? RecordingPhase::paused : RecordingPhase::recording);
  }
  // Waits, since what is played next may be played before the recorder takes to it.
  void await(RecordingPhase phase) {
    ASSERT_TRUE(runUntil([&] { return !statuses.empty() && statuses.back().phase == phase; }))
        << (statuses.empty() ? "" : statuses.back().why.text);
  }
  // In steps that the recorder follows, so that it never has more than a few seconds to write.
  void advance(Nanos length) {
    for (; length > 0s; length -= std::min<Nanos>(length, 1s)) {
      const std::size_t before = statuses.size();
      source->advance(std::min<Nanos>(length, 1s));
      if (length < 1s) return;
      ASSERT_TRUE(runUntil([&] { return statuses.size() > before; }));
    }
  }
  bool failed() const { return !statuses.empty() && statuses.back().phase == RecordingPhase::failed; }
  void pause() {
    recorder->pause();
    await(RecordingPhase::paused);
  }
  void resume() {
    recorder->resume();
    await(RecordingPhase::recording);
  }
  void stop() {
    recorder->stop();
    source->advance(200ms);  // what belongs to the time before comes after
    await(RecordingPhase::stopped);
  }
  DecodedFile part(int number = 1) const { return decodeFile(directory / (partName(number) + ".mkv")); }
  std::vector<wire::PartPoint> points(int number = 1) const {
    std::vector<wire::PartPoint> all;
    std::istringstream lines(contentOf(directory / (partName(number) + ".jsonl")));
    for (std::string line; std::getline(lines, line);) {
      const auto point = wire::decodePartPoint(line);
      EXPECT_TRUE(point) << line;
      if (point) all.push_back(*point);
    }
    return all;
  }

  const TemporaryDirectory directory;
  RecordingSettings settings;
  RoomSettings room;
  RecordingSurroundings surroundings;
  Nanos skew{0};  // of its clock, which would go in blocks of sound else
  std::unique_ptr<ProgramSource> source;
  std::unique_ptr<Recorder> recorder;
  std::vector<RecordingStatus> statuses;
};

// From each flash to the beep nearest to it, in seconds. Each beep has its flash, but where a file is cut.
inline double largestOffset(const DecodedFile& file, bool whole = true) {
  const auto flashes = file.flashes(), beeps = file.beeps();
  if (whole) {
    EXPECT_EQ(flashes.size(), beeps.size());
  }
  double largest = 0;
  for (const double flash : flashes) {
    double nearest = 1e9;
    for (const double beep : beeps) nearest = std::min(nearest, std::abs(flash - beep));
    // A killed recorder may have written the picture and not yet its sound.
    if (flash < file.soundEnd() - 0.02) largest = std::max(largest, nearest);
  }
  return largest;
}

}  // namespace tessera::test
