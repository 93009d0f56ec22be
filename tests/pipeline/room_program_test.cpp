// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "room_people.h"
#include "support/program_decoders.h"

// The program that a room makes for recordings and live outputs, whatever its participants do.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::AacDecoder;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::PictureDecoder;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;
using test::yuvOf;

constexpr CanvasSettings kCanvas{320, 180, 30};

// Takes part of a room's program and keeps it. Any thread.
class Taker : public ProgramReceiver {
 public:
  struct Frame {
    gst::Ref<GstBuffer> buffer;
    bool keyframe;
    mix::Nanos time() const { return mix::Nanos(GST_BUFFER_PTS(buffer.get())); }
  };
  void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override {
    const std::lock_guard lock(mutex_);
    frames_.push_back({frame, keyframe});
  }
  void onSound(const std::shared_ptr<const ProgramSound>& sound) override {
    const std::lock_guard lock(mutex_);
    sounds_.push_back(sound);
  }
  void onAac(const gst::Ref<GstBuffer>& packet) override {
    const std::lock_guard lock(mutex_);
    aac_.push_back(packet);
  }
  std::vector<Frame> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  std::vector<std::shared_ptr<const ProgramSound>> sounds() const {
    const std::lock_guard lock(mutex_);
    return sounds_;
  }
  std::vector<gst::Ref<GstBuffer>> aac() const {
    const std::lock_guard lock(mutex_);
    return aac_;
  }
  // Since the first frame.
  mix::Nanos lasted() const {
    const std::lock_guard lock(mutex_);
    return frames_.empty() ? mix::Nanos{0} : frames_.back().time() - frames_.front().time();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Frame> frames_;
  std::vector<std::shared_ptr<const ProgramSound>> sounds_;
  std::vector<gst::Ref<GstBuffer>> aac_;
};

std::vector<PictureDecoder::Picture> decoded(const std::vector<Taker::Frame>& frames, VideoCodec codec) {
  PictureDecoder decoder(codec);
  for (const Taker::Frame& frame : frames) decoder.push(frame.buffer);
  decoder.drain();
  return decoder.pictures;
}

class RoomProgramTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static RoomSettings settings() {
    RoomSettings made = RoomUnderTest::settingsFor(kCanvas);
    made.program = {320, 180, 30, 600, 96};
    return made;
  }
  void take(const ProgramNeeds& needs) { hub()->add(taker_, needs); }
  std::shared_ptr<ProgramHub> hub() { return static_cast<RoomPipeline&>(*room_.room).program(); }
  RungId program() const { return {GetParam(), kProgramLevel}; }
  bool awaitFor(mix::Nanos length) {
    return runUntil([&] { return taker_->lasted() >= length; }, 60s);
  }

  Degradation level_ = Degradation::none;
  RoomUnderTest room_{settings(), [this](const auto&, auto) { return level_; }};
  std::shared_ptr<Taker> taker_ = std::make_shared<Taker>();
};

// The first frame of each interval is a keyframe, and no other, however late a busy machine makes one.
void expectKeyframesEvery(mix::Nanos every, const std::vector<Taker::Frame>& frames, int least) {
  constexpr mix::Nanos kEarly = 8ms;  // ticks move a little
  ASSERT_FALSE(frames.empty());
  mix::Nanos next = frames.front().time();
  int keyframes = 0;
  for (const Taker::Frame& frame : frames) {
    const bool due = frame.time() + kEarly >= next;
    EXPECT_EQ(frame.keyframe, due) << (frame.time() - frames.front().time()) / 1ms << " ms";
    if (!due) continue;
    next += every;
    ++keyframes;
  }
  EXPECT_GE(keyframes, least);
}

TEST_P(RoomProgramTest, goesOnAtItsRateInAnEmptyRoomWhosePictureStandsStill) {
  take({.video = program(), .aac = true});
  ASSERT_TRUE(awaitFor(6500ms));
  const auto frames = taker_->frames();
  expectKeyframesEvery(2s, frames, 4);
  // A frame or some may be missing on a busy machine; at the rate of still pictures five in six would be.
  const double wanted = 30 * static_cast<double>(taker_->lasted() / 1ms) / 1000;
  EXPECT_GT(static_cast<double>(frames.size()), wanted * 0.4);
  EXPECT_LT(static_cast<double>(frames.size()), wanted * 1.02 + 2);
  const auto pictures = decoded(frames, GetParam());
  ASSERT_EQ(pictures.size(), frames.size());
  for (const auto& picture : pictures) {
    EXPECT_EQ(picture.width, 320);
    EXPECT_EQ(picture.height, 180);
  }
  AacDecoder sound(1);  // silence, without a hole
  const auto packets = taker_->aac();
  for (const auto& packet : packets) sound.push(packet);
  sound.drain();
  EXPECT_GT(packets.size(), 200U);
}

TEST_P(RoomProgramTest, isOverSoonAfterTheLastWhoTookIt) {
  take({.video = program()});
  ASSERT_TRUE(awaitFor(200ms));
  EXPECT_EQ(room_.health.videoEncoders, 1);
  hub()->remove(taker_.get());
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 0; }));
  const auto had = taker_->frames().size();
  runFor(300ms);
  EXPECT_EQ(taker_->frames().size(), had);
}

TEST_P(RoomProgramTest, keepsItsSizeAndItsStreamWhileTheRoomIsDegraded) {
  Guest& red = room_.join(personOf(kAppearances[0], GetParam()));
  ASSERT_TRUE(runUntil([&] { return red.connected() && red.screen->frames() > 0; }));
  take({.video = program()});
  ASSERT_TRUE(awaitFor(1s));
  level_ = Degradation::size;
  ASSERT_TRUE(runUntil([&] { return red.screen->width() < kCanvas.width && red.screen->width() > 0; }));
  const auto smaller = taker_->lasted();
  ASSERT_TRUE(awaitFor(smaller + 1s));
  level_ = Degradation::none;
  ASSERT_TRUE(runUntil([&] { return red.screen->width() == kCanvas.width; }));
  const auto whole = taker_->lasted();
  ASSERT_TRUE(awaitFor(whole + 1s));
  const auto frames = taker_->frames();
  const auto pictures = decoded(frames, GetParam());
  ASSERT_EQ(pictures.size(), frames.size());
  for (const auto& picture : pictures) {
    EXPECT_EQ(picture.width, 320);
    EXPECT_EQ(picture.height, 180);
  }
  EXPECT_TRUE(near(pictures.back().colour, yuvOf(red.options.argb)));
  expectKeyframesEvery(2s, frames, 2);
}

TEST_P(RoomProgramTest, isDeafToParticipantsWhoAskForKeyframes) {
  RoomUnderTest::Person person = personOf(kAppearances[0], GetParam());
  take({.video = program()});
  ASSERT_TRUE(awaitFor(500ms));
  // Each begins with a keyframe of the common rung, and makes all others get one too.
  for (int n = 0; n < 4; ++n) {
    person.id = fmt::format("guest-{}", n);
    Guest& guest = room_.join(person);
    ASSERT_TRUE(runUntil([&] { return guest.client->keyframesReceived() > 0; }));
  }
  ASSERT_TRUE(awaitFor(6500ms));
  expectKeyframesEvery(2s, taker_->frames(), 4);
}

TEST_P(RoomProgramTest, holdsTheTopRungForACopyWithAKeyframeEveryTenSeconds) {
  take({.video = RungId{GetParam(), 0}});
  ASSERT_TRUE(awaitFor(10'500ms));
  expectKeyframesEvery(10s, taker_->frames(), 2);
  EXPECT_EQ(room_.health.videoEncoders, 1);
  EXPECT_EQ(decoded(taker_->frames(), GetParam()).back().height, 180);
}

INSTANTIATE_TEST_SUITE_P(Codecs, RoomProgramTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "vp8" : "h264"; });

// When something begins.
template <class Times>
void note(Times& times, bool on, bool& was, mix::Nanos at) {
  if (on && !was) times.push_back(at);
  was = on;
}

using RoomProgramSound = RoomProgramTest;
INSTANTIATE_TEST_SUITE_P(H264, RoomProgramSound, testing::Values(VideoCodec::h264));

// The program's own clock, before any file: what is left is half a frame of the sender and of the canvas.
TEST_P(RoomProgramSound, belongsToThePicturesOfTheSameTime) {
  constexpr mix::Nanos kTolerance = 30ms;
  constexpr std::size_t kSettled = 8, kJudged = 7;  // as in room_lips_test
  RoomUnderTest::Person sender{"sender"};
  sender.options.width = 320;
  sender.options.height = 180;
  sender.options.fps = 30;
  sender.options.tone = 1000;
  sender.options.flashes = true;
  room_.join(sender);
  take({.video = program(), .aac = true});

  std::vector<mix::Nanos> flashes, beeps;
  bool bright = false, loud = false;
  PictureDecoder pictures(GetParam());
  AacDecoder sound(1);
  std::size_t framesSeen = 0, packetsSeen = 0, picturesSeen = 0, samplesSeen = 0;
  const auto look = [&] {
    const auto frames = taker_->frames();
    for (; framesSeen < frames.size(); ++framesSeen) pictures.push(frames[framesSeen].buffer);
    const auto packets = taker_->aac();
    for (; packetsSeen < packets.size(); ++packetsSeen) sound.push(packets[packetsSeen]);
    for (; picturesSeen < pictures.pictures.size(); ++picturesSeen) {
      const auto& picture = pictures.pictures[picturesSeen];
      note(flashes, picture.colour.y > 120, bright, picture.time);
    }
    for (; samplesSeen + 240 <= sound.samples.size(); samplesSeen += 240) {
      const auto part = std::span(sound.samples).subspan(samplesSeen, 240);
      const bool now = std::ranges::any_of(part, [](std::int16_t value) { return std::abs(value) > 4000; });
      note(beeps, now, loud, sound.begin() + mix::Nanos(1s) * static_cast<std::int64_t>(samplesSeen) / 48000);
    }
  };
  std::vector<mix::Nanos> later;
  const auto together = [&] {
    look();
    later.clear();
    for (std::size_t i = 0; i + 1 < flashes.size() && !beeps.empty(); ++i) {
      const auto nearest = std::ranges::min_element(
          beeps, {}, [&](mix::Nanos beep) { return std::chrono::abs(beep - flashes[i]); });
      later.push_back(*nearest - flashes[i]);
    }
    if (later.size() < kSettled + kJudged) return false;
    std::vector<mix::Nanos> last(later.end() - kJudged, later.end());
    std::ranges::sort(last);
    return std::chrono::abs(last[kJudged / 2]) <= kTolerance;
  };
  const bool met = runUntil(together, 60s);
  std::string all;
  for (const mix::Nanos one : later) all += fmt::format(" {}", one / 1ms);
  EXPECT_TRUE(met) << "sound later by (ms):" << all;
  RecordProperty("apart_ms", all);
}

double levelOf(const std::vector<std::shared_ptr<const ProgramSound>>& sounds, const char* id, double hertz) {
  std::vector<std::int16_t> samples;
  for (const auto& sound : sounds)
    for (const auto& track : sound->tracks)
      if (track.participant.value == id)
        samples.insert(samples.end(), track.sound.begin(), track.sound.end());
  return samples.size() < 24'000 ? -127 : test::toneBandDb(std::span(samples).last(24'000), hertz);
}

TEST_P(RoomProgramSound, hasEachOnesOwnTrackAndNoneOfWhoIsMuted) {
  Guest& red = room_.join(personOf(kAppearances[0]));
  RoomUnderTest::Person other = personOf(kAppearances[1]);
  Guest& green = room_.join(other);
  RoomUnderTest::Person quiet = personOf(kAppearances[2]);
  quiet.muted = true;
  room_.join(quiet);
  take({.tracks = true});
  const auto heard = [&] {
    const auto sounds = taker_->sounds();
    return levelOf(sounds, "red", red.options.tone) > -12 &&
           levelOf(sounds, "green", green.options.tone) > -12;
  };
  ASSERT_TRUE(runUntil(heard, 30s));
  runUntil([&] { return room_.allConnected(); });
  runFor(500ms);
  const auto sounds = taker_->sounds();
  EXPECT_LT(levelOf(sounds, "red", green.options.tone), -40);
  EXPECT_LT(levelOf(sounds, "green", red.options.tone), -40);
  for (std::size_t i = 1; i < sounds.size(); ++i) {
    EXPECT_EQ((sounds[i]->begin - sounds[i - 1]->begin) % mix::kAudioTick, 0ns);
    for (const auto& track : sounds[i]->tracks) EXPECT_NE(track.participant.value, kAppearances[2].id);
  }
  hub()->remove(taker_.get());
}

}  // namespace
}  // namespace tessera
