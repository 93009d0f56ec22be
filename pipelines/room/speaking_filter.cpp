// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/speaking_filter.h"

#include <algorithm>
#include <cstdlib>

namespace tessera {

bool SpeakingFilter::isNews(const std::vector<SpeakerLevel>& levels) {
  const auto alike = [](const SpeakerLevel& a, const SpeakerLevel& b) {
    return a.participant == b.participant && a.speaking == b.speaking && a.active == b.active &&
           std::abs(a.levelDb - b.levelDb) < kStepDb;
  };
  if (std::ranges::equal(told_, levels, alike)) return false;
  told_ = levels;
  return true;
}

}  // namespace tessera
