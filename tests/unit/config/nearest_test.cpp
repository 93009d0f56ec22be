// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.h"

#include <gtest/gtest.h>

namespace tessera::config {
namespace {

TEST(EditDistance, CountsInsertionsRemovalsReplacementsAndSwaps) {
  EXPECT_EQ(editDistance("", ""), 0u);
  EXPECT_EQ(editDistance("fps", ""), 3u);
  EXPECT_EQ(editDistance("fps", "fps"), 0u);
  EXPECT_EQ(editDistance("fps", "fpss"), 1u);
  EXPECT_EQ(editDistance("fps", "fp"), 1u);
  EXPECT_EQ(editDistance("fps", "fbs"), 1u);
  EXPECT_EQ(editDistance("fps", "fsp"), 1u);
  EXPECT_EQ(editDistance("width", "height"), 4u);
}

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("room.witdh", {"room.height", "room.width", "room.fps"}), "room.width");
  EXPECT_EQ(nearest("zzz", {"room.height", "room.width"}), "");
}

}  // namespace
}  // namespace tessera::config
