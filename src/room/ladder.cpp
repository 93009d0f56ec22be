// SPDX-License-Identifier: Apache-2.0
#include "room/ladder.h"

#include <algorithm>
#include <utility>

namespace tessera {

ReceiverLadder::ReceiverLadder(std::vector<RungSpec> rungs, int audioKbps)
    : rungs_(std::move(rungs)), audioKbps_(audioKbps) {}

ReceiverLadder::Decision ReceiverLadder::update(const Input& input, Nanos) {
  const int levels = static_cast<int>(rungs_.size());
  decision_.level = std::clamp(input.bestLevel, 0, levels);
  decision_.why = decision_.level > 0 ? ReceivingLimit::wish : ReceivingLimit::none;
  decision_.videoKbps =
      decision_.level == levels ? 0 : rungs_[static_cast<std::size_t>(decision_.level)].kbps - audioKbps_;
  return decision_;
}

int rungKbps(const RungSpec& rung, std::span<const int> wishes) {
  const auto least = std::ranges::min_element(wishes);
  return least == wishes.end() ? rung.kbps : std::clamp(*least, rung.minKbps, rung.kbps);
}

}  // namespace tessera
