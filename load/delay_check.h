// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "load/figures.h"
#include "load/send_log.h"
#include "load/time_code.h"

namespace tessera::load {

// How late what others sent is in the mixed picture: reads the time codes of their tiles and looks up when
// those frames were sent. One thread at a time.
class DelayCheck {
 public:
  struct Source {
    Placement place;  // of the whole source picture on the canvas
    std::shared_ptr<const SendLog> log;
  };
  // `canvasWidth`: of the canvas that the places are on; the mix may come smaller. 0: it does not.
  void setSources(std::vector<Source> sources, int canvasWidth = 0);

  // `lastPacket`: when the last packet of the mixed frame came in; `now`: when it was decoded.
  void onFrame(const LumaPlane& luma, TimePoint lastPacket, TimePoint now);
  void beginWindow(TimePoint now);
  DelayFigures figures() const;

 private:
  struct Watched {
    Source source;
    std::optional<unsigned> last;  // the number shown so far; nothing: not seen yet
    std::vector<double> delays;    // ms, of each frame that was shown
  };
  void read(Watched& watched, const LumaPlane& luma, TimePoint lastPacket);

  std::vector<Watched> watched_;
  int canvasWidth_ = 0;
  std::vector<DelaySample> series_;
  std::vector<double> decodeMs_;
  std::uint64_t unread_ = 0;
  TimePoint windowStart_{};
};

}  // namespace tessera::load
