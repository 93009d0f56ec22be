// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tessera::mix {

inline constexpr float kSilenceDb = -127;  // dBov; digital silence

// Level and voice activity of one input, from its level per 20 ms. `heard` is what is worth summing: it is
// true from the first loud block on, so that no onset is lost. `speaking` is what people are shown: it takes
// several loud blocks, so that a click is not speech. The noise floor follows the quiet moments, within
// limits that keep steady loud sound (music, a tone) from being taken for noise.
class VoiceActivity {
 public:
  void update(float blockDb);
  void reset() { *this = {}; }

  bool heardNow() const { return heardTicks_ == kHeardHang; }
  bool heard() const { return heardTicks_ > 0; }
  bool speaking() const { return speakingTicks_ > 0; }
  float levelDb() const { return levelDb_; }

 private:
  static constexpr int kHeardHang = 18;     // ticks: 360 ms
  static constexpr int kSpeakingHang = 22;  // 440 ms

  float floorDb_ = -62;
  float levelDb_ = kSilenceDb;
  unsigned history_ = 0;  // one bit per tick: loud enough for speech
  int heardTicks_ = 0;
  int speakingTicks_ = 0;
};

}  // namespace tessera::mix
