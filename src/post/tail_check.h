// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "post/part_scan.h"

namespace tessera::post {

// For a part that was not closed, or is damaged: where the disk was not done with what came last, blocks may
// be whole and yet hold what was never written. Decodes the end of the part and notes in `scan` which packets
// cannot be decoded.
[[nodiscard]] Status findBadPackets(const std::string& path, bool video, PartScan& scan);

}  // namespace tessera::post
