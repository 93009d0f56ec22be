// SPDX-License-Identifier: Apache-2.0
#include "room/ingest.h"

namespace tessera {

std::vector<IngestPlanner::Change> IngestPlanner::update(const std::vector<Shown>&,
                                                         const CanvasSettings& canvas, Clock::time_point) {
  canvas_ = canvas;
  return {};
}

}  // namespace tessera
