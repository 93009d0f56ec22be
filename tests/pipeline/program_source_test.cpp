// SPDX-License-Identifier: Apache-2.0
#include "support/program_source.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/program_decoders.h"

// What a hub brings that is fed as a room feeds it: real rungs, the real AAC encoder.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::AacDecoder;
using test::PictureDecoder;
using test::ProgramSource;

// Decodes all that it gets; looked at when the source has stopped.
class Taker : public ProgramReceiver {
 public:
  explicit Taker(VideoCodec codec, int channels = 1) : decoder(codec), aac(channels) {}
  void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override {
    if (keyframe) keyframes.emplace_back(GST_BUFFER_PTS(frame.get()));
    if (!keyframes.empty()) decoder.push(frame);
  }
  void onSound(const std::shared_ptr<const ProgramSound>& sound) override { sounds.push_back(sound); }
  void onAac(const gst::Ref<GstBuffer>& packet) override { aac.push(packet); }

  PictureDecoder decoder;
  AacDecoder aac;
  std::vector<mix::Nanos> keyframes;
  std::vector<std::shared_ptr<const ProgramSound>> sounds;
};

// The times of packets, once there are so many.
class AacTaker : public ProgramReceiver {
 public:
  void onFrame(const gst::Ref<GstBuffer>&, bool) override {}
  void onSound(const std::shared_ptr<const ProgramSound>&) override {}
  void onAac(const gst::Ref<GstBuffer>& packet) override {
    const std::lock_guard lock(mutex_);
    times_.emplace_back(GST_BUFFER_PTS(packet.get()));
    changed_.notify_all();
  }
  std::vector<mix::Nanos> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return times_.size() >= count; }));
    return times_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<mix::Nanos> times_;
};

class ProgramSourceTest : public testing::TestWithParam<VideoCodec> {
 protected:
  RungId program() const { return {GetParam(), kProgramLevel}; }
};

TEST_P(ProgramSourceTest, bringsFramesOfTheProgramsSizeWithAKeyframeEveryTwoSeconds) {
  auto taker = std::make_shared<Taker>(GetParam());
  ProgramSource::Settings settings;
  settings.content = ProgramSource::colours;
  {
    ProgramSource source(settings);
    source.hub()->add(taker, {.video = program()});
    source.advance(5s);
    source.setCanvas(160, 90);  // as a degraded room has it
    source.advance(3s);
    taker->decoder.drain();
    const auto& pictures = taker->decoder.pictures;
    ASSERT_EQ(pictures.size(), 200U);
    for (std::size_t n = 0; n < pictures.size(); ++n) {
      EXPECT_EQ(pictures[n].time, source.start() + static_cast<int>(n) * 40ms);
      EXPECT_EQ(pictures[n].width, 320);
      EXPECT_EQ(pictures[n].height, 180);
      EXPECT_TRUE(test::near(pictures[n].colour, ProgramSource::kColours[n / 25 % 4])) << n;
    }
    ASSERT_EQ(taker->keyframes.size(), 4U);
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(taker->keyframes[static_cast<std::size_t>(i)], source.start() + i * 2s);
  }
}

// Its grid stays, so that what cuts at keyframes cuts evenly.
TEST_P(ProgramSourceTest, makesAKeyframeMoreForWhoAsks) {
  auto taker = std::make_shared<Taker>(GetParam());
  ProgramSource source;
  source.hub()->add(taker, {.video = program()});
  source.advance(3s);
  source.hub()->askKeyframe(taker.get());
  source.advance(2s);
  const std::vector<mix::Nanos> expected{source.start(), source.start() + 2s, source.start() + 3s,
                                         source.start() + 4s};
  EXPECT_EQ(taker->keyframes, expected);
}

TEST_P(ProgramSourceTest, hasAKeyframeEveryTenSecondsInACopy) {
  auto taker = std::make_shared<Taker>(GetParam());
  ProgramSource source;
  source.hub()->add(taker, {.video = RungId{GetParam(), 0}});
  source.advance(21s);
  const std::vector<mix::Nanos> expected{source.start(), source.start() + 10s, source.start() + 20s};
  EXPECT_EQ(taker->keyframes, expected);
}

INSTANTIATE_TEST_SUITE_P(Codecs, ProgramSourceTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "vp8" : "h264"; });

TEST(ProgramSound, comesAsItIsAndAsAacInTimeWithThePictures) {
  auto taker = std::make_shared<Taker>(VideoCodec::h264);
  mix::Nanos start{0};
  {
    ProgramSource source;
    start = source.start();
    source.hub()->add(taker, {.video = RungId{VideoCodec::h264, kProgramLevel}, .sound = true, .aac = true});
    source.advance(4s);
  }
  taker->aac.drain();
  const auto& samples = taker->aac.samples;
  for (int second = 0; second < 3; ++second) {  // a beep begins with each
    const mix::Nanos skipped = start + std::chrono::seconds(second) - 50ms - taker->aac.begin();
    const auto from = static_cast<std::ptrdiff_t>(std::max<std::int64_t>(skipped / 1us * 48 / 1000, 0));
    const auto loud = std::find_if(samples.begin() + from, samples.end(),
                                   [](std::int16_t sample) { return std::abs(sample) > 6000; });
    const mix::Nanos at = taker->aac.begin() + mix::Nanos(1s) * (loud - samples.begin()) / mix::kSampleRate;
    EXPECT_NEAR(static_cast<double>((at - start) / 1us), second * 1e6, 1500);
  }
  ASSERT_EQ(taker->sounds.size(), 200U);
  for (std::size_t n = 0; n < 200; ++n)
    EXPECT_EQ(taker->sounds[n]->begin, start + static_cast<int>(n) * mix::kAudioTick);
}

TEST(ProgramSound, hasTracksOnlyForWhoWantsThem) {
  ProgramSource::Settings settings;
  settings.tracks = {{ParticipantId{"a"}, 440}, {ParticipantId{"b"}, 880}};
  ProgramSource source(settings);
  auto plain = std::make_shared<Taker>(VideoCodec::h264);
  source.hub()->add(plain, {.sound = true});
  source.advance(100ms);
  EXPECT_TRUE(plain->sounds.back()->tracks.empty());
  auto tracks = std::make_shared<Taker>(VideoCodec::h264);
  source.hub()->add(tracks, {.tracks = true});
  source.advance(1s);
  ASSERT_EQ(tracks->sounds.back()->tracks.size(), 2U);
  std::vector<std::int16_t> second;
  for (const auto& sound : tracks->sounds) {
    EXPECT_EQ(sound->tracks[1].participant, ParticipantId{"b"});
    second.insert(second.end(), sound->tracks[1].sound.begin(), sound->tracks[1].sound.end());
  }
  EXPECT_NEAR(test::toneDb(second, 880), -6, 1);
  EXPECT_LT(test::toneDb(second, 440), -40);
}

// In a later run the encoder is another, whose times begin anew: no silence fills the time between.
TEST(ProgramSound, isEncodedOnlyWhileSomebodyTakesIt) {
  ProgramFeed feed(1, 96, {[] {}, [](RungId) {}, [](const Error& why) { ADD_FAILURE() << why.text; }});
  for (int run = 1; run <= 3; ++run) {
    auto taker = std::make_shared<AacTaker>();
    feed.add(taker, {.aac = true});
    const mix::Nanos begin = run * 5s;
    for (int tick = 0; tick < 25; ++tick) {
      auto sound = std::make_shared<ProgramSound>();
      sound->begin = begin + tick * mix::kAudioTick;
      feed.onSound(sound);
    }
    const auto early = [&](mix::Nanos time) { return time < begin - 50ms; };
    EXPECT_LE(std::ranges::count_if(taker->await(20), early), 1) << run;  // was under way
    feed.remove(taker.get());
  }
}

}  // namespace
}  // namespace tessera
