// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "source_fixture.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::colour;
using test::flashesAndBeeps;
using test::kH264Aac;
using test::makeFilm;
using test::near;
using test::runUntil;
using test::SourceUnderTest;
using test::TemporaryDirectory;
using test::tone;
using test::Yuv;

constexpr long kLipsMs = 40;
constexpr double kHeardDb = -30;
constexpr Yuv kRed{81, 90, 240};  // BT.601

std::vector<long> spacing(const std::vector<mix::Nanos>& times) {
  std::vector<long> all;
  for (std::size_t i = 1; i < times.size(); ++i) all.push_back((times[i] - times[i - 1]) / 1ms);
  return all;
}

TEST(SourceFile, PlaysInRealTimeWithLipsAndEnds) {
  const TemporaryDirectory folder;
  makeFilm(folder / "film.mp4", flashesAndBeeps(4) + kH264Aac);
  SourceUnderTest under;
  const auto begun = std::chrono::steady_clock::now();
  under.playFile(folder / "film.mp4");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::ended); }));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 4s);  // no sooner than in real time
  EXPECT_TRUE(under.was(SourcePhase::connecting));
  EXPECT_TRUE(under.was(SourcePhase::playing));
  EXPECT_TRUE(under.statuses.back().video);
  EXPECT_TRUE(under.statuses.back().audio);
  EXPECT_EQ(under.width, 320);
  EXPECT_EQ(under.height, 180);
  EXPECT_NEAR(under.video->probe.frames(), 100, 4);
  EXPECT_LE(under.audio->longest, 960U);
  EXPECT_EQ(spacing(under.flashes->times()).size(), 3U);
  for (const long each : spacing(under.flashes->times())) EXPECT_NEAR(each, 1000, 25);
  ASSERT_EQ(under.apart().size(), 3U);
  for (const long each : under.apart()) EXPECT_LE(std::abs(each), kLipsMs);
}

// The next round follows the last as if the film went on.
TEST(SourceFile, BeginsAnewWithoutAGap) {
  const TemporaryDirectory folder;
  makeFilm(folder / "film.mkv",
           flashesAndBeeps(3) + "-c:v libvpx -deadline realtime -b:v 500k -c:a libopus ");
  SourceUnderTest under;
  under.playFile(folder / "film.mkv", true);
  ASSERT_TRUE(runUntil([&] { return under.flashes->times().size() >= 8; }));
  EXPECT_FALSE(under.was(SourcePhase::ended));
  EXPECT_TRUE(under.is(SourcePhase::playing));
  for (const long each : spacing(under.flashes->times())) EXPECT_NEAR(each, 1000, kLipsMs);
  for (const long each : under.apart()) EXPECT_LE(std::abs(each), kLipsMs);
}

TEST(SourceFile, ShowsColoursWithoutSound) {
  const TemporaryDirectory folder;
  makeFilm(folder / "red.mp4",
           colour("red", 2) +
               "-vf scale=321:241,setsar=1 -pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 ");
  SourceUnderTest under;
  under.playFile(folder / "red.mp4", true);
  ASSERT_TRUE(runUntil([&] { return under.video->probe.frames() > 70; }));
  EXPECT_TRUE(near(under.video->probe.colour(), kRed)) << under.video->probe.colour().y;
  EXPECT_EQ(under.width, 321);
  EXPECT_EQ(under.height, 241);
  EXPECT_FALSE(under.statuses.back().audio);
  EXPECT_EQ(under.audio->probe.samples(), 0U);
}

TEST(SourceFile, PlaysSoundAlone) {
  const TemporaryDirectory folder;
  makeFilm(folder / "tone.mp3", tone(440, 3));
  makeFilm(folder / "tone.wav", tone(440, 3));
  for (const char* name : {"tone.mp3", "tone.wav"}) {
    SourceUnderTest under;
    under.playFile(folder / name);
    ASSERT_TRUE(runUntil([&] { return under.audio->probe.samples() > 48000; })) << name;
    EXPECT_GT(under.audio->probe.toneBandDb(440), kHeardDb) << name;
    EXPECT_FALSE(under.statuses.back().video);
    ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::ended); })) << name;
  }
}

// A phone's film lies on its side, with a tag; a disc's has pixels that are not square, and two fields.
TEST(SourceFile, ShowsUprightSquareProgressivePictures) {
  const TemporaryDirectory folder;
  makeFilm(folder / "lying.mp4", colour("red", 1, "320x180") + kH264Aac);
  makeFilm(folder / "phone.mp4", "-i " + (folder / "lying.mp4") + " -c copy -metadata:s:v rotate=90");
  makeFilm(folder / "disc.mkv",
           colour("red", 1, "720x576") +
               "-vf setsar=16/15,setfield=tff -flags +ildct+ilme -c:v mpeg2video -b:v 4M ");
  SourceUnderTest phone;
  phone.playFile(folder / "phone.mp4", true);
  SourceUnderTest disc;
  disc.playFile(folder / "disc.mkv", true);
  ASSERT_TRUE(runUntil([&] { return phone.video->probe.frames() > 5 && disc.video->probe.frames() > 5; }));
  EXPECT_EQ(phone.width, 180);
  EXPECT_EQ(phone.height, 320);
  EXPECT_NEAR(static_cast<double>(disc.width) / disc.height, 4.0 / 3, 0.01);
  EXPECT_TRUE(near(disc.video->probe.colour(), kRed));
}

TEST(SourceFile, TakesThirtyPicturesASecondOfMore) {
  const TemporaryDirectory folder;
  makeFilm(folder / "fast.mp4",
           "-f lavfi -i color=c=red:s=320x180:r=120:d=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p ");
  SourceUnderTest under;
  under.playFile(folder / "fast.mp4");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::ended); }));
  EXPECT_LE(under.video->probe.frames(), 95);
  EXPECT_GE(under.video->probe.frames(), 60);
}

TEST(SourceFile, RefusesPicturesBeyondItsSize) {
  const TemporaryDirectory folder;
  makeFilm(folder / "huge.mp4",
           "-f lavfi -i color=c=red:s=6000x4000:r=5:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p ");
  SourceUnderTest under;
  under.playFile(folder / "huge.mp4");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::failed); }));
  EXPECT_EQ(under.statuses.back().why.code, ErrorCode::tooLarge);
  EXPECT_EQ(under.video->probe.frames(), 0);
}

// 320x180 by its container, and 16383x16383 by its pictures.
TEST(SourceFile, RefusesPicturesThatAreLargerThanItSays) {
  const TemporaryDirectory folder;
  makeFilm(folder / "film.mkv", colour("red", 1) + "-c:v libvpx -deadline realtime -g 5 ");
  std::string film = test::contentOf(folder / "film.mkv");
  constexpr std::string_view kStart("\x9d\x01\x2a\x40\x01\xb4\x00", 7), kHuge("\xff\x3f\xff\x3f", 4);
  int changed = 0;
  for (auto at = film.find(kStart); at != film.npos; at = film.find(kStart, at), ++changed)
    film.replace(at + 3, kHuge.size(), kHuge);
  ASSERT_GT(changed, 0);
  std::ofstream(folder / "huge.mkv", std::ios::binary) << film;
  SourceUnderTest under;
  under.playFile(folder / "huge.mkv");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::failed); }));
  EXPECT_EQ(under.statuses.back().why.code, ErrorCode::tooLarge);
  EXPECT_EQ(under.video->probe.frames(), 0);
}

// 8 KB that say that they last for two hours, and would have to be as much at 48 kHz.
TEST(SourceFile, RefusesSoundOfOneSampleASecond) {
  const TemporaryDirectory folder;
  constexpr std::string_view kHeader(
      "RIFF\x24\x20\0\0WAVEfmt \x10\0\0\0\1\0\1\0\1\0\0\0\1\0\0\0\1\0\x8\0data\0\x20\0\0", 44);
  std::ofstream(folder / "slow.wav", std::ios::binary) << kHeader << std::string(8192, 'x');
  SourceUnderTest under;
  under.playFile(folder / "slow.wav");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::failed); }));
  EXPECT_EQ(under.statuses.back().why.code, ErrorCode::mediaFailed);
}

int niceOfThisThread() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
}

// Its decoder works behind all else, its sound does not.
TEST(SourceFile, PlaysLargeOnesWithTheirSound) {
  const TemporaryDirectory folder;
  makeFilm(folder / "large.mp4", colour("red", 2, "3840x2160") + tone(440, 2) + kH264Aac);
  SourceUnderTest under;
  std::atomic<int> pictureNice{0}, soundNice{0};
  under.video->probe.onFrame = [&](const mix::VideoFrame&) { pictureNice = niceOfThisThread(); };
  under.audio->probe.onSamples = [&](std::span<const std::int16_t>, mix::Nanos) {
    soundNice = niceOfThisThread();
  };
  under.playFile(folder / "large.mp4");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::ended); }, 60s));
  EXPECT_EQ(soundNice, niceOfThisThread());
  EXPECT_GE(pictureNice, std::max(10, soundNice.load()));
  EXPECT_GT(under.video->probe.frames(), 5);
  EXPECT_EQ(under.video->probe.width(), 3840);
  EXPECT_GT(under.audio->probe.toneBandDb(440), kHeardDb);
}

TEST(SourceFile, ShowsAPictureForAsLongAsItStands) {
  const TemporaryDirectory folder;
  makeFilm(folder / "slides.mp4",
           "-f lavfi -i color=c=red:s=320x180:r=1/4:d=8 -c:v libx264 -preset ultrafast -pix_fmt yuv420p ");
  SourceUnderTest under;
  std::vector<mix::Nanos> times;
  std::mutex mutex;
  under.video->probe.onFrame = [&](const mix::VideoFrame& frame) {
    const std::lock_guard lock(mutex);
    times.push_back(frame.captured);
  };
  under.playFile(folder / "slides.mp4");
  ASSERT_TRUE(runUntil([&] { return under.video->probe.frames() >= 5; }));
  under.source.reset();
  const std::lock_guard lock(mutex);
  for (const long gap : spacing(times)) EXPECT_LT(gap, mix::VideoSlot::kStaleAfter / 1ms);
}

struct NotPlayed {
  const char* what;
  ErrorCode code;
};

TEST(SourceFile, SaysWhyAFileIsNotPlayed) {
  const TemporaryDirectory folder;
  makeFilm(folder / "whole.mp4", flashesAndBeeps(1) + kH264Aac);
  const std::string whole = test::contentOf(folder / "whole.mp4");
  std::ofstream(folder / "cut.mp4", std::ios::binary)
      << whole.substr(0, whole.size() / 2);  // without its index
  std::ofstream(folder / "noise.mkv", std::ios::binary) << std::string(50000, '\x5a');
  std::ofstream(folder / "empty.mp4").close();
  std::filesystem::create_directory(folder / "folder.mp4");
  ASSERT_EQ(::mkfifo((folder / "pipe.mp4").c_str(), 0600), 0);
  for (const auto& [name, code] : {NotPlayed{"missing.mp4", ErrorCode::notFound},
                                   {"cut.mp4", ErrorCode::mediaFailed},
                                   {"noise.mkv", ErrorCode::unsupported},
                                   {"empty.mp4", ErrorCode::unsupported},
                                   {"folder.mp4", ErrorCode::io},
                                   {"pipe.mp4", ErrorCode::io}}) {
    SourceUnderTest under;
    under.playFile(folder / name, true);
    ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::failed); })) << name;
    EXPECT_EQ(under.statuses.back().why.code, code) << name << ": " << under.statuses.back().why.text;
    EXPECT_FALSE(under.statuses.back().why.text.empty()) << name;
    EXPECT_EQ(under.statuses.back().why.text.find(folder.path()), std::string::npos) << name;
  }
}

// Letting go in any state, many at once, leaves nothing hanging.
TEST(SourceFile, IsLetGoOfAtAnyTime) {
  const TemporaryDirectory folder;
  makeFilm(folder / "film.mp4", flashesAndBeeps(2) + kH264Aac);
  for (int wait = 0; wait < 12; ++wait) {
    SourceUnderTest under;
    under.playFile(folder / "film.mp4", true);
    runUntil([&] { return under.video->probe.frames() >= wait; });
  }
}

}  // namespace
}  // namespace tessera
