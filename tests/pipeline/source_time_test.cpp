// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pipelines/sources/play_time.h"

// By given times: what a film's and a stream's buffers are due.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using mix::Nanos;
using Kind = PlayTime::Kind;
using Medium = PlayTime::Medium;

constexpr Nanos kStart = 1000s;

TEST(PlayTime, AFilmGoesByItsFirstBuffer) {
  PlayTime time(Kind::played);
  EXPECT_EQ(time.due(Medium::picture, 0ms, kStart), kStart + PlayTime::kLead);
  EXPECT_EQ(time.due(Medium::sound, 20ms, kStart + 1ms), kStart + PlayTime::kLead + 20ms);
  EXPECT_EQ(time.due(Medium::picture, 10s, kStart + 2ms), kStart + PlayTime::kLead + 10s);
}

TEST(PlayTime, ARoundBeginsWhereTheLastEnds) {
  PlayTime time(Kind::played);
  time.beginAt(kStart + 3s);
  EXPECT_EQ(time.due(Medium::sound, 40ms, kStart), kStart + 3040ms);
}

TEST(PlayTime, AFilmThatCannotKeepUpGoesOnLater) {
  PlayTime time(Kind::played);
  time.due(Medium::picture, 0ms, kStart);
  const Nanos late = kStart + 1s + PlayTime::kLead + 2 * PlayTime::kMaxLate;
  EXPECT_EQ(time.due(Medium::picture, 1s, late), late);
  EXPECT_EQ(time.due(Medium::sound, 1s, late), late) << "picture and sound stay together";
}

TEST(PlayTime, AFilmsGapIsLeftOut) {
  PlayTime time(Kind::played);
  time.due(Medium::picture, 0ms, kStart);
  time.due(Medium::sound, 0ms, kStart, 20ms);
  const Nanos due = time.due(Medium::picture, 1000h, kStart + 1ms);
  EXPECT_EQ(due, kStart + PlayTime::kLead + 20ms) << "when the rest is over";
  EXPECT_EQ(time.due(Medium::sound, 1000h + 20ms, kStart + 2ms), due + 20ms) << "they stay together";
}

TEST(PlayTime, ARoundOfAFilmThatBeginsLateInItsTimeBeginsAtOnce) {
  PlayTime time(Kind::played);
  time.beginAt(kStart + 2s);
  EXPECT_EQ(time.due(Medium::picture, 5h, kStart), kStart + 2s);
}

TEST(PlayTime, APictureThatStandsLongIsNoGap) {
  PlayTime time(Kind::played);
  time.due(Medium::picture, 0ms, kStart, 30s);
  EXPECT_EQ(time.due(Medium::picture, 30s, kStart + 1ms), kStart + PlayTime::kLead + 30s);
}

TEST(PlayTime, TimesAtTheEndOfTheirRangeDoNotOverflow) {
  for (const Kind kind : {Kind::played, Kind::live}) {
    PlayTime time(kind);
    for (int i = 0; i < 3; ++i) {
      const Nanos now = kStart + i * 20ms;
      for (const Nanos far : {Nanos::max(), Nanos{0}, Nanos::min(), Nanos::max()}) {
        const Nanos due = time.due(Medium::picture, far, now, 20ms);
        EXPECT_GE(due, now - PlayTime::kMaxLate);
        EXPECT_LE(due, now + PlayTime::kMaxGap);
      }
    }
    EXPECT_LE(time.due(Medium::picture, 0ms, kStart, Nanos::max()), kStart + PlayTime::kMaxGap);
    EXPECT_LE(time.due(Medium::picture, Nanos::max(), kStart),
              kStart + PlayTime::kMaxLength + PlayTime::kMaxGap);
  }
}

// Every second buffer is 30 ms late: they are due when they could be there.
TEST(PlayTime, AStreamIsDueByItsBest) {
  PlayTime time(Kind::live);
  Nanos due{0};
  for (int i = 0; i < 1000; ++i) {
    const Nanos stream = i * 20ms;
    due = time.due(Medium::sound, stream, kStart + stream + (i % 2) * 30ms);
    EXPECT_EQ(due, kStart + stream) << i;
  }
}

TEST(PlayTime, ABurstAtTheBeginningIsLetThrough) {
  PlayTime time(Kind::live);
  for (int i = 0; i < 100; ++i) time.due(Medium::picture, i * 20ms, kStart + i * 1ms);
  const Nanos now = kStart + 2s;
  EXPECT_LE(time.due(Medium::picture, 3880ms, now), now);
}

// Sound that comes 300 ms before its picture waits for it.
TEST(PlayTime, TheLaterMediumCounts) {
  PlayTime time(Kind::live);
  Nanos sound{0}, picture{0};
  for (int i = 0; i < 500; ++i) {
    const Nanos stream = i * 20ms;
    sound = time.due(Medium::sound, stream, kStart + stream);
    picture = time.due(Medium::picture, stream, kStart + stream + 300ms);
  }
  EXPECT_EQ(sound, picture);
  EXPECT_EQ(picture, kStart + 499 * 20ms + 300ms);
}

TEST(PlayTime, AMediumThatStopsCountsNoMore) {
  PlayTime time(Kind::live);
  for (int i = 0; i < 100; ++i) {
    time.due(Medium::sound, i * 20ms, kStart + i * 20ms);
    time.due(Medium::picture, i * 20ms, kStart + i * 20ms + 300ms);
  }
  Nanos due{0}, now{0};
  for (int i = 100; i < 500; ++i) {
    now = kStart + i * 20ms;
    due = time.due(Medium::sound, i * 20ms, now);
  }
  EXPECT_EQ(due, now);
}

// Later than before for good: what is due follows within two windows.
TEST(PlayTime, ALongerWayIsFollowed) {
  PlayTime time(Kind::live);
  Nanos due{0}, now{0};
  for (int i = 0; i < 2000; ++i) {
    now = kStart + i * 20ms + (i < 200 ? 0ms : 400ms);
    due = time.due(Medium::sound, i * 20ms, now);
  }
  EXPECT_EQ(due, now);
}

// A server that sends twice as fast as time: it is held to a hundredth more than that.
TEST(PlayTime, ATooFastStreamIsHeldBack) {
  PlayTime time(Kind::live);
  Nanos due{0};
  for (int i = 0; i < 1000; ++i) due = time.due(Medium::picture, i * 20ms, kStart + i * 10ms);
  EXPECT_GT(due, kStart + 10s + PlayTime::kLead);
}

TEST(PlayTime, AJumpOfAStreamsTimeIsANewTime) {
  PlayTime time(Kind::live);
  for (int i = 0; i < 200; ++i) time.due(Medium::sound, i * 20ms, kStart + i * 20ms);
  const Nanos now = kStart + 5s;
  EXPECT_EQ(time.due(Medium::sound, 1000h, now), now);
  EXPECT_EQ(time.due(Medium::sound, 0s, now), now);
}

TEST(Gate, LetsGoOfWhoeverWaits) {
  Gate gate;
  gate.open();
  EXPECT_TRUE(gate.waitOpen());
  EXPECT_TRUE(gate.waitUntil(Nanos{1}));
  gate.close();
  EXPECT_FALSE(gate.waitUntil(std::chrono::steady_clock::now().time_since_epoch() + 1h));
  Gate never;
  never.close();
  EXPECT_FALSE(never.waitOpen());
}

}  // namespace
}  // namespace tessera
