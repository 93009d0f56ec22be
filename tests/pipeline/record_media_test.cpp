// SPDX-License-Identifier: Apache-2.0
// What lies in the files of a recording, as others decode it.
#include <gmock/gmock.h>

#include "record_fixture.h"

namespace tessera::test {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr double kFrame = 0.04;  // seconds: 25 a second

class RecordMedia : public RecordTest {
 protected:
  // Colours and tones of ProgramSource::colours are where they belong, for so many seconds from `shift` on.
  static void expectColours(const DecodedFile& file, double seconds, bool pictures = true) {
    EXPECT_EQ(file.complaints, "");
    for (int second = 0; second < static_cast<int>(seconds); ++second) {
      const double from = second + 0.1, to = second + 0.9;
      for (const double at : {from, to}) {
        if (!pictures) break;
        const Yuv colour = file.colourAt(at), wanted = ProgramSource::kColours[second % 4];
        EXPECT_TRUE(near(colour, wanted))
            << at << " s: " << colour.y << " " << colour.u << " " << colour.v << ", wanted " << wanted.y;
      }
      for (int tone = 0; tone < 4; ++tone) {
        const double db = toneDb(file.soundAt(from, to), 400.0 * (tone + 1));
        if (tone == second % 4) {
          EXPECT_NEAR(db, -6, 3) << second << " s, " << 400 * (tone + 1) << " Hz";
        } else {
          EXPECT_LT(db, -40) << second << " s, " << 400 * (tone + 1) << " Hz";
        }
      }
    }
  }
  void recordColours(Nanos length = 6s) {
    ProgramSource::Settings with;
    with.content = ProgramSource::colours;
    play(with);
    start();
    source->advance(length);
    stop();
    EXPECT_NEAR(static_cast<double>(statuses.back().mediaMs), 6000, 10) << "with a fade";
  }
};

TEST_F(RecordMedia, PicturesAndSoundAreWhereTheyBelong) {
  recordColours();
  const DecodedFile file = part();
  expectColours(file, 6);
  EXPECT_EQ(file.codecs, "h264,aac");
  EXPECT_EQ(file.width, 320);
  EXPECT_EQ(file.height, 180);
  ASSERT_EQ(file.pictures.size(), 150U);
  EXPECT_EQ(file.pictures.front().time, 0);
  EXPECT_NEAR(file.longestHole(), kFrame, 0.0002);
  EXPECT_EQ(file.soundBegin, 0);
  EXPECT_LT(file.soundSeam, 0.0002);
  EXPECT_NEAR(file.soundEnd(), 6, 0.05);
}

TEST_F(RecordMedia, FlashesAndBeepsAreTogether) {
  start();
  source->advance(5s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  ASSERT_EQ(file.flashes().size(), 4U);  // the first has no begin
  EXPECT_LT(largestOffset(file), 0.003);
  EXPECT_NEAR(file.beeps().at(0), 1, 0.003);
}

TEST_F(RecordMedia, WebmHasVp8AndOpus) {
  settings.formats = {RecordingFormat::webm, RecordedVideo::program, SoundCodec::opus, false};
  recordColours();
  const DecodedFile file = part();
  expectColours(file, 6);
  EXPECT_EQ(file.codecs, "vp8,opus");
  EXPECT_EQ(file.pictures.size(), 150U);
  EXPECT_LT(file.soundSeam, 0.0002);
}

TEST_F(RecordMedia, OpusGoesWithH264) {
  settings.formats.sound = SoundCodec::opus;
  start();
  source->advance(5s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_EQ(file.codecs, "h264,opus");
  EXPECT_LT(largestOffset(file), 0.003) << "the codec's delay is told";
}

TEST_F(RecordMedia, SoundAloneHasNoPicture) {
  for (const RecordingFormat format : {RecordingFormat::ogg, RecordingFormat::m4a}) {
    const bool ogg = format == RecordingFormat::ogg;
    settings.formats.format = format;
    settings.formats.sound = ogg ? SoundCodec::opus : SoundCodec::aac;
    settings.part = ogg ? 1 : 2;
    recordColours();
    const DecodedFile file = part(settings.part);
    expectColours(file, 6, false);
    EXPECT_EQ(file.codecs, ogg ? "opus" : "aac");
    EXPECT_TRUE(file.pictures.empty());
    EXPECT_NEAR(file.soundEnd(), 6, 0.05);
    recorder.reset();
  }
}

TEST_F(RecordMedia, StereoStaysSo) {
  ProgramSource::Settings with;
  with.channels = 2;
  with.content = ProgramSource::colours;
  play(with);
  start();
  source->advance(3s);
  stop();
  expectColours(part(), 3);
}

// Nobody is there: a still picture and silence, all of the time.
TEST_F(RecordMedia, AnEmptyRoomIsRecordedToo) {
  ProgramSource::Settings with;
  with.content = [](Nanos) { return ProgramSource::Content{{90, 120, 130}, 0}; };
  play(with);
  start();
  source->advance(5s);
  stop();
  const DecodedFile file = part();
  EXPECT_EQ(file.complaints, "");
  EXPECT_EQ(file.pictures.size(), 125U);
  for (const auto& picture : file.pictures) EXPECT_TRUE(near(picture.colour, {90, 120, 130}));
  EXPECT_THAT(file.sound, Each(testing::AllOf(testing::Gt(-4), testing::Lt(4))));
  EXPECT_NEAR(file.soundEnd(), 5, 0.05);
}

TEST_F(RecordMedia, EachTrackIsOnTheCommonClock) {
  const ParticipantId ada{"k3v9x0q2m7ab"}, bob{"a00000000001"};
  settings.formats.tracks = true;
  ProgramSource::Settings with;
  with.tracks = {{ada, 700}, {bob, 1900}};
  play(with);
  start();
  source->advance(2s);
  pause();
  source->advance(1s);
  resume();
  source->advance(2s);
  stop();
  const double length = static_cast<double>(statuses.back().mediaMs) / 1000;
  for (const auto& [participant, hertz] : with.tracks) {
    const DecodedFile file = decodeFile(directory / (trackName(1, participant) + ".mka"));
    EXPECT_EQ(file.complaints, "");
    EXPECT_EQ(file.codecs, "opus");
    EXPECT_NEAR(file.soundEnd(), length, 0.05);
    EXPECT_NEAR(toneDb(file.soundAt(0.1, 1.9), hertz), -6, 3);
    EXPECT_NEAR(toneDb(file.soundAt(2.1, 3.8), hertz), -6, 3);
    EXPECT_LT(toneDb(file.soundAt(0.1, 1.9), hertz == 700 ? 1900 : 700), -40);
  }
  EXPECT_LT(largestOffset(part(), false), 0.003);
}

// The files follow docs/recording.md: keyframes often, and a cluster of half a second at most.
TEST_F(RecordMedia, TheProgramHasAKeyframeEveryTwoSeconds) {
  start();
  source->advance(7s);
  stop();
  std::vector<double> keyframes;
  for (const auto& packet : part().packets)
    if (packet.stream == 0 && packet.keyframe) keyframes.push_back(packet.time);
  EXPECT_THAT(keyframes, ElementsAre(0, 2, 4, 6));
}

// A copy of the top rung, which becomes smaller when the room does: another part, without a gap.
TEST_F(RecordMedia, ACopyBeginsANewPartWhenThePictureChangesItsSize) {
  settings.formats.video = RecordedVideo::copy;
  ProgramSource::Settings with;
  with.content = ProgramSource::colours;
  play(with);
  start();
  source->advance(3s);
  source->setCanvas(160, 90);
  source->advance(3s);
  stop();
  const DecodedFile first = part(1), second = part(2);
  expectColours(first, 3);
  EXPECT_EQ(first.width, 320);
  EXPECT_EQ(second.width, 160);
  EXPECT_EQ(second.height, 90);
  EXPECT_EQ(second.complaints, "");
  ASSERT_EQ(second.pictures.size(), 75U);
  EXPECT_TRUE(near(second.colourAt(0.5), ProgramSource::kColours[3]));
  EXPECT_NEAR(toneDb(second.soundAt(0.1, 0.9), 1600), -6, 3);
  EXPECT_NEAR(first.soundEnd(), 3, 0.05);
  EXPECT_EQ(points(1).back().mediaMs, 3000);
  EXPECT_EQ(points(1).back().event, wire::PartPointKind::stop);
  EXPECT_EQ(statuses.back().mediaMs, 6000) << "of both";
}

}  // namespace
}  // namespace tessera::test
