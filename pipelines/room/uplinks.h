// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/room/peers.h"
#include "pipelines/room/scene_planner.h"
#include "room/ingest.h"
#include "room/media_room.h"

namespace tessera {

// How the scene shows each connection that has a picture to send. `candidate` (may be nobody) may be the
// speaker next, and is then shown as `speaker` is now; a screen of which nothing has come yet may be shown as
// large as the canvas.
std::vector<IngestPlanner::Shown> shownIn(const Scene& scene, const std::vector<Sitter>& sitters,
                                          const CanvasSettings& canvas, const ParticipantId& speaker,
                                          const ParticipantId& candidate);

// What everybody is asked to send: the picture's size, rate and bitrate by how it is shown. Told to each
// connection once it is there, and again to the one that replaces it. Main thread.
class Uplinks {
 public:
  using Shown = std::vector<IngestPlanner::Shown>;

  Uplinks(const Peers& peers, MediaRoomEvents& events);

  // All who have a picture to send, as they are shown from the next plan on; also when somebody connected.
  void show(Shown shown, const CanvasSettings& canvas);

 private:
  struct Asked {
    Ingest ingest;
    std::optional<std::uint32_t> gen{};  // of the connection that was told
  };

  void plan();
  void tell();

  // given
  const Peers& peers_;
  MediaRoomEvents& events_;
  // owned
  CanvasSettings canvas_;
  IngestPlanner planner_;
  Shown shown_;
  std::map<std::pair<ParticipantId, std::string>, Asked> asked_;
  Timer due_;
};

}  // namespace tessera
