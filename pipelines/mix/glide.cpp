// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/glide.h"

#include <algorithm>
#include <cmath>

namespace tessera::mix {
namespace {

int evenBetween(int from, int to, double part) {
  return 2 * static_cast<int>(std::lround((from + (to - from) * part) / 2));
}

// Edge by edge, so that neighbours stay neighbours.
Rect between(const Rect& from, const Rect& to, double part) {
  const int x = evenBetween(from.x, to.x, part);
  const int y = evenBetween(from.y, to.y, part);
  return {x, y, std::max(2, evenBetween(from.x + from.width, to.x + to.width, part) - x),
          std::max(2, evenBetween(from.y + from.height, to.y + to.height, part) - y)};
}

Rect halfOf(const Rect& r) {
  const Rect middle{r.x + r.width / 2, r.y + r.height / 2, 0, 0};
  return between(middle, r, 0.5);
}

double eased(double part) {
  return part * part * (3 - 2 * part);
}

}  // namespace

Glide::Mover Glide::moverTo(const ActiveTile& tile, Nanos length) const {
  const Rect& to = tile.plan.rect;
  const std::uint64_t identity = tile.plan.identity;
  if (length <= Nanos{0} || identity == 0) return {identity, to, to, to, now_, Nanos{0}};
  const auto before = std::ranges::find(movers_, identity, &Mover::identity);
  if (before == movers_.end()) return {identity, halfOf(to), to, halfOf(to), now_, length};
  if (before->to == to) return *before;
  return {identity, before->at, to, before->at, now_, length};
}

void Glide::follow(const ActivePlan& plan, Nanos length) {
  std::vector<Mover> next;
  next.reserve(plan.tiles.size());
  for (const ActiveTile& tile : plan.tiles) next.push_back(moverTo(tile, length));
  movers_ = std::move(next);
}

void Glide::advance(Nanos now) {
  now_ = now;
  for (Mover& mover : movers_) {
    const Nanos passed = now - mover.start;
    const double part = static_cast<double>(passed.count()) /
                        static_cast<double>(std::max<Nanos::rep>(1, mover.length.count()));
    mover.at = passed >= mover.length ? mover.to : between(mover.from, mover.to, eased(std::max(0.0, part)));
  }
}

}  // namespace tessera::mix
