// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

#include "pipelines/mix/active_plan.h"

namespace tessera::mix {

// Where the tiles of the plan stand while they move to their places: each from where its identity was seen
// last, slow at both ends; new ones grow from half their size. Tick thread; only the times given matter.
class Glide {
 public:
  // Another plan: its tiles start from where they stood at the last advance(), and cut when `length` is 0.
  // One whose place stays the same goes on as it was.
  void follow(const ActivePlan& plan, Nanos length);
  void advance(Nanos now);

  // Of the plan's tile `index`, as of the last advance(). Even.
  const Rect& rect(std::size_t index) const { return movers_[index].at; }
  bool moving(std::size_t index) const { return movers_[index].at != movers_[index].to; }

 private:
  struct Mover {
    std::uint64_t identity = 0;
    Rect from, to, at;
    Nanos start{0}, length{0};
  };
  Mover moverTo(const ActiveTile& tile, Nanos length) const;

  std::vector<Mover> movers_;
  Nanos now_{0};
};

}  // namespace tessera::mix
