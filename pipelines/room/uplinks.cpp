// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/uplinks.h"

#include <algorithm>

#include "base/log.h"

namespace tessera {
namespace {

using Kind = SceneTile::Kind;

const SceneTile* tileOf(const Scene& scene, Kind kind, const ParticipantId& id) {
  const auto tile = std::ranges::find_if(
      scene.tiles, [&](const SceneTile& each) { return each.kind == kind && each.id == id; });
  return tile == scene.tiles.end() ? nullptr : &*tile;
}

// Where somebody stands who becomes the speaker: in the speaker's tile where there is one, in somebody's if
// they have none.
const SceneTile* tileOfNext(const Scene& scene, const ParticipantId& speaker, const ParticipantId& next) {
  const auto area = [](const SceneTile& tile) {
    return tile.kind == Kind::person ? tile.rect.width * tile.rect.height : 0;
  };
  const auto largest = std::ranges::max_element(scene.tiles, {}, area);
  if (largest == scene.tiles.end() || largest->kind != Kind::person) return nullptr;
  if (scene.kind == LayoutKind::speaker) return &*largest;
  if (scene.kind == LayoutKind::custom) {
    if (const SceneTile* tile = tileOf(scene, Kind::person, speaker)) return tile;
  }
  return tileOf(scene, Kind::person, next) ? nullptr : &*largest;
}

IngestPlanner::Shown shownAs(const SceneTile* tile, const Source& source) {
  IngestPlanner::Shown shown;
  if (source.aspect > 0) shown.aspect = source.aspect;
  if (!tile) return shown;
  shown.width = tile->rect.width;
  shown.height = tile->rect.height;
  shown.fit = tile->fit;
  return shown;
}

IngestPlanner::Shown cameraIn(const Scene& scene, const Sitter& sitter, const ParticipantId& speaker,
                              const ParticipantId& candidate) {
  if (!sitter.cameraOn) return shownAs(nullptr, sitter.camera);
  const SceneTile* tile = tileOf(scene, Kind::person, sitter.id);
  IngestPlanner::Shown shown = shownAs(tile, sitter.camera);
  const SceneTile* soon = sitter.id == candidate ? tileOfNext(scene, speaker, candidate) : nullptr;
  if (!soon) return shown;
  shown.soonWidth = soon->rect.width;
  shown.soonHeight = soon->rect.height;
  if (!tile) shown.fit = soon->fit;
  return shown;
}

// It gets its tile with its first picture.
IngestPlanner::Shown screenIn(const Scene& scene, const Sitter& sitter, const CanvasSettings& canvas) {
  IngestPlanner::Shown shown = shownAs(tileOf(scene, Kind::screen, sitter.id), sitter.screen);
  if (sitter.screen.aspect > 0) return shown;
  shown.soonWidth = canvas.width;
  shown.soonHeight = canvas.height;
  return shown;
}

}  // namespace

std::vector<IngestPlanner::Shown> shownIn(const Scene& scene, const std::vector<Sitter>& sitters,
                                          const CanvasSettings& canvas, const ParticipantId& speaker,
                                          const ParticipantId& candidate) {
  std::vector<IngestPlanner::Shown> all;
  const auto add = [&](IngestPlanner::Shown shown, const ParticipantId& id, const char* pc) {
    shown.participant = id;
    shown.pc = pc;
    all.push_back(std::move(shown));
  };
  for (const Sitter& sitter : sitters) {
    if (sitter.camera.slot) add(cameraIn(scene, sitter, speaker, candidate), sitter.id, kMainPc);
    if (sitter.screen.slot) add(screenIn(scene, sitter, canvas), sitter.id, kScreenPc);
  }
  return all;
}

Uplinks::Uplinks(const Peers& peers, MediaRoomEvents& events) : peers_(peers), events_(events) {}

void Uplinks::show(Shown shown, const CanvasSettings& canvas) {
  shown_ = std::move(shown);
  canvas_ = canvas;
  plan();
}

void Uplinks::plan() {
  const auto now = IngestPlanner::Clock::now();
  for (IngestPlanner::Change& change : planner_.update(shown_, canvas_, now))
    asked_[{std::move(change.participant), std::move(change.pc)}] = {change.ingest};
  std::erase_if(asked_, [&](const auto& each) {
    return std::ranges::none_of(shown_, [&](const IngestPlanner::Shown& sender) {
      return each.first == std::pair(sender.participant, sender.pc);
    });
  });
  tell();
  due_.stop();
  if (const auto due = planner_.due())
    due_.once(std::max(std::chrono::ceil<std::chrono::milliseconds>(*due - now), {}), [this] { plan(); });
}

void Uplinks::tell() {
  for (const Peer& peer : peers_.all()) {
    const PeerKey& key = peer.settings.key;
    if (!peer.leg || !peer.connected) continue;
    const auto asked = asked_.find({key.participant, key.pc});
    if (asked == asked_.end() || asked->second.gen == key.gen) continue;
    asked->second.gen = key.gen;
    const Ingest& ingest = asked->second.ingest;
    log::debug("ingest", {{"peer", key.participant.value},
                          {"pc", key.pc},
                          {"width", ingest.width},
                          {"height", ingest.height},
                          {"fps", ingest.fps},
                          {"kbps", ingest.kbps}});
    peer.leg->setIngest(ingest);
    events_.onIngest(key, ingest);
  }
}

}  // namespace tessera
