// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "load/figures.h"
#include "load/receiver_check.h"
#include "load/send_log.h"

struct OpusDecoder;

namespace tessera::load {

// How late the sound of the one who talks is in the mix: finds where speech begins after each pause of the
// talking clip, and looks up when that was sent. One thread at a time.
class SoundCheck {
 public:
  SoundCheck();
  ~SoundCheck();
  SoundCheck(const SoundCheck&) = delete;
  SoundCheck& operator=(const SoundCheck&) = delete;

  // The only one who talks, and nobody: nothing is measured.
  void setTalker(std::shared_ptr<const SendLog> log);
  void onPacket(const RtpPacket& packet, TimePoint now);
  void beginWindow(TimePoint now);
  SoundFigures figures() const { return figures_; }

 private:
  void onWindow(double level, TimePoint at);  // level: RMS of full scale

  struct Free {
    void operator()(OpusDecoder* decoder) const;
  };
  const std::unique_ptr<OpusDecoder, Free> decoder_;
  std::shared_ptr<const SendLog> talker_;
  double peak_ = 0;       // the loudest of late
  int quietWindows_ = 0;  // in a row
  TimePoint windowStart_{};
  SoundFigures figures_;
};

}  // namespace tessera::load
