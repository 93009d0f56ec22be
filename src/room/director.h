// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "room/layout.h"
#include "room/look.h"
#include "room/media_room.h"

namespace tessera {

// Who could be shown, in the order of joining.
struct ScenePerson {
  ParticipantId id;
  double aspect = 16.0 / 9;  // of the picture they send, width / height
  bool sharing = false;      // has a shared screen whose picture has come
  double screenAspect = 16.0 / 9;
  std::uint64_t lastSpoke = 0;  // larger: more recently; 0: never
};

struct SceneTile {
  enum class Kind { person, screen, more };
  Kind kind = Kind::person;
  ParticipantId id;  // empty for `more`
  LayoutRect rect;
  TileFit fit = TileFit::smart;
  int more = 0;  // of kind `more`: how many people have no tile
  bool operator==(const SceneTile&) const = default;
};

struct Scene {
  LayoutKind kind = LayoutKind::grid;  // what is shown: never automatic
  std::vector<SceneTile> tiles;        // a later one lies over an earlier; nobody twice in the same kind
  bool operator==(const Scene&) const = default;
};

// Decides who stands where on the canvas. Remembers who was shown, so that people keep their places: when
// there are more than tiles, the most recently heard stay, and one who begins to speak takes the place of the
// one heard longest ago. Rects are even and inside the canvas, whatever its shape. Main thread, pure.
class Director {
 public:
  Director(const CanvasSettings& canvas, const Look& look);

  // Another canvas than the room's own, which the look's pixels are of: the gap is scaled with it.
  void setCanvas(const CanvasSettings& canvas);
  void choose(const LayoutChoice& choice);
  const LayoutChoice& choice() const;
  // `speaker`: whom the speaker layout shows large; empty: nobody has spoken yet.
  Scene stage(const std::vector<ScenePerson>& people, const ParticipantId& speaker);

 private:
  struct Cast;

  LayoutKind kindFor(const Cast& cast) const;
  void followSharers(const std::vector<ScenePerson>& people);
  void seat(const Cast& cast, const std::vector<ParticipantId>& first, std::size_t places);
  void stageGrid(const Cast& cast, Scene& scene);
  void stageFew(const Cast& cast, std::size_t places, Scene& scene);
  void stageLarge(const Cast& cast, bool screen, Scene& scene);
  std::vector<ParticipantId> besideScreen(const Cast& cast) const;
  std::vector<ParticipantId> largeFirst(const Cast& cast) const;
  void stageRegions(const Cast& cast, Scene& scene) const;
  void placeSeated(const Cast& cast, const std::vector<LayoutRect>& rects, Scene& scene) const;
  const CustomLayout* custom() const;
  std::size_t maxTiles() const;

  const CanvasSettings roomCanvas_;
  CanvasSettings canvas_;
  const Look look_;
  int gap_;  // on canvas_; the look's is on the room's
  LayoutChoice choice_;
  std::vector<ParticipantId> seats_;    // who was shown, in their order
  std::vector<ParticipantId> sharers_;  // whose screen came first is first
};

}  // namespace tessera
