// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/voicing.h"

namespace tessera::mix {

inline constexpr float kSilenceDb = -127;  // dBov; digital silence

// Level and voice activity of one input. `heard` is what is worth summing: it is true from the first loud
// block on, so that no onset is lost, whatever the sound. `speaking` is what people are shown: it takes
// several blocks with a pitch, so that neither noise nor a cough nor a click is speech. The noise floor
// follows the quiet moments, within limits that keep steady loud sound (music, a tone) from being taken for
// noise.
class VoiceActivity {
 public:
  void update(const AudioBlock& block);
  void updateSilence();  // instead, when nothing came
  void reset() { *this = {}; }

  bool heardNow() const { return heardTicks_ == kHeardHang; }
  bool heard() const { return heardTicks_ > 0; }
  bool speaking() const { return speakingTicks_ > 0; }
  bool voicedNow() const { return (history_ & 1U) != 0; }
  float levelDb() const { return levelDb_; }  // smoothed
  float blockDb() const { return blockDb_; }  // of this block

 private:
  static constexpr int kHeardHang = 18;     // ticks: 360 ms
  static constexpr int kSpeakingHang = 22;  // 440 ms

  void take(float blockDb, bool loud, bool voiced);

  Voicing voicing_;
  float floorDb_ = -62;
  float levelDb_ = kSilenceDb;
  float blockDb_ = kSilenceDb;
  unsigned history_ = 0;  // one bit per tick: voiced
  int heardTicks_ = 0;
  int speakingTicks_ = 0;
};

}  // namespace tessera::mix
