// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/mix/video_mixer.h"
#include "pipelines/room/drawings.h"
#include "room/director.h"
#include "room/media_room.h"

namespace tessera {

// What comes over one connection. `identity` is the connection's for the mixer's glides: the same as long as
// the participant has it, also when it is made anew; from kFirstIdentity up.
struct Source {
  std::uint64_t identity = 0;
  std::shared_ptr<mix::VideoSlot> slot;  // null: nothing comes
  double aspect = 0;                     // width / height of the picture; 0: none has come yet
};

inline constexpr std::uint64_t kMoreIdentity = 1;  // of the tile that counts those who have none
inline constexpr std::uint64_t kFirstIdentity = 2;

// Who is to be seen.
struct Sitter {
  ParticipantId id;
  std::string name;
  Source camera;
  bool cameraOn = true;
  bool framesCome = false;  // of the camera; a large avatar, which takes long to draw, is not needed then
  Source screen;
  draw::LabelStyle style;
  bool connected = false;
  bool speaking = false;
  bool leads = false;  // the canvas tick follows their camera's frames
};

struct CanvasPlan {
  mix::VideoPlan plan;  // for the mixer
  Picture picture;      // for the clients
};

// Turns the director's scene into what the mixer executes: each tile with its source, avatar, label, border
// and corners, on the background. Main thread.
class ScenePlanner {
 public:
  ScenePlanner(const Look& look, const CanvasSettings& roomCanvas) : drawings_(look, roomCanvas) {}
  CanvasPlan plan(const Scene& scene, const std::vector<Sitter>& sitters, const CanvasSettings& canvas);

  void setRecording(bool recording) { recording_ = recording; }  // of the next plan: a mark says so

 private:
  mix::TilePlan personTile(const SceneTile& tile, const Sitter& sitter);
  mix::TilePlan screenTile(const SceneTile& tile, const Sitter& sitter);
  mix::TilePlan moreTile(const SceneTile& tile);
  void place(CanvasPlan& result, const SceneTile& tile, const std::vector<Sitter>& sitters);
  void surround(mix::TilePlan& tile, bool border, bool rounded);
  void addRecordingMark(mix::VideoPlan& plan);

  Drawings drawings_;
  bool recording_ = false;
};

}  // namespace tessera
