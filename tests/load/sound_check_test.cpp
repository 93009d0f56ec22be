// SPDX-License-Identifier: Apache-2.0
// The talking clip as it is, through a network that takes a while.
#include "load/sound_check.h"

#include <gmock/gmock.h>

#include "load/clip.h"
#include "load/raw_clips.h"

namespace tessera::load {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPacket{20};

class SoundCheckTest : public testing::Test {
 protected:
  SoundCheckTest() {
    const auto talking = encodeAudioClip(true), quiet = encodeAudioClip(false);
    EXPECT_TRUE(talking && quiet);
    talking_ = rawFrames(*talking);
    quiet_ = rawFrames(*quiet);
    log_ = std::make_shared<SendLog>(talking_.size());
  }
  // Sends the clip, each packet of which arrives after this long.
  void play(milliseconds delay, int packets) {
    for (int i = 0; i < packets; ++i, ++sent_) {
      const TimePoint now = start_ + sent_ * kPacket;
      const std::size_t frame = static_cast<std::size_t>(sent_) % talking_.size();
      log_->sent(frame, now);
      RtpPacket packet;
      packet.payload = talking_[frame].bytes;
      check_.onPacket(packet, now + delay);
    }
  }

  const TimePoint start_{std::chrono::hours(1)};
  std::vector<RawFrame> talking_, quiet_;
  std::shared_ptr<SendLog> log_;
  SoundCheck check_;
  int sent_ = 0;
};

TEST_F(SoundCheckTest, FindsEveryBeginningOfSpeech) {
  check_.setTalker(log_);
  play(milliseconds(70), 100);
  check_.beginWindow(start_ + sent_ * kPacket);
  play(milliseconds(70), 600);  // 4, 8 and 12 s after the beginning
  const auto delays = check_.figures().delays;
  ASSERT_EQ(delays.size(), 3u);
  for (const DelaySample& delay : delays)
    EXPECT_NEAR(delay.ms, 70, 15) << "the codec's own, and how fast it gets loud";
  EXPECT_NEAR(delays[0].ms, delays[2].ms, 1);
  play(milliseconds(110), 200);
  EXPECT_NEAR(check_.figures().delays.back().ms - delays[0].ms, 40, 3) << "and what changes";
}

TEST_F(SoundCheckTest, SilenceBeginsNothing) {
  check_.setTalker(log_);
  check_.beginWindow(start_);
  for (int i = 0; i < 500; ++i) {
    RtpPacket packet;
    packet.payload = quiet_[static_cast<std::size_t>(i) % quiet_.size()].bytes;
    check_.onPacket(packet, start_ + i * kPacket);
  }
  EXPECT_TRUE(check_.figures().delays.empty());
}

}  // namespace
}  // namespace tessera::load
