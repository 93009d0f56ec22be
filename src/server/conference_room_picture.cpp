// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/conference_room.h"
#include "wire/common_fields.h"

// What the room's picture shows: the layout that was chosen, who speaks, and what is given up of it.

namespace tessera::server {

void ConferenceRoom::onPicture(const Picture& picture) {
  picture_ = picture;
  broadcast(wire::Tiles{picture});
  recordings_.onSceneChanged();
}

void ConferenceRoom::onSpeaking(const std::vector<SpeakerLevel>& levels) {
  levels_.clear();  // who is not listed is not heard
  for (const SpeakerLevel& level : levels)
    if (roster_.find(level.participant)) levels_[level.participant] = level;
  broadcast(wire::SpeakingUpdate{levels});
  recordings_.onSceneChanged();
}

Status ConferenceRoom::changeLayout(const wire::PatchRoom& change) {
  LayoutChoice choice = layout_;
  if (change.layout) {
    choice.kind = *change.layout;
    choice.custom = change.custom;
  }
  if (change.pinned) choice.pinned = *change.pinned;
  return choose(std::move(choice));
}

// Whoever cannot be shown (has left meanwhile, is a viewer) is not pinned.
Status ConferenceRoom::choose(LayoutChoice choice) {
  const auto& customs = settings_.look.customLayouts;
  const auto named = [&](const CustomLayout& custom) { return custom.name == choice.custom; };
  if (choice.kind == LayoutKind::custom && std::none_of(customs.begin(), customs.end(), named))
    return fail(ErrorCode::badRequest, "there is no custom layout {} here", choice.custom);
  layout_ = {choice.kind, choice.custom, {}};
  for (ParticipantId& id : choice.pinned) {
    const Participant* participant = roster_.find(id);
    const bool twice = std::find(layout_.pinned.begin(), layout_.pinned.end(), id) != layout_.pinned.end();
    if (participant && participant->role != ParticipantRole::viewer && !twice)
      layout_.pinned.push_back(std::move(id));
  }
  log::info("layout chosen", {{"room", id().value},
                              {"layout", wire::enumName(layout_.kind)},
                              {"custom", layout_.custom},
                              {"pinned", layout_.pinned.size()}});
  layoutChanged();
  return {};
}

void ConferenceRoom::unpin(const ParticipantId& gone) {
  if (std::erase(layout_.pinned, gone) > 0) layoutChanged();
}

void ConferenceRoom::layoutChanged() {
  if (media_) media_->setLayout(layout_);
  broadcast(wire::ServerLayout{layout_});
}

void ConferenceRoom::setDegradation(Degradation level) {
  degradation_ = level;
  const Degradation before = std::exchange(toldDegradation_, level);
  if (level == before) return;
  log::write(level > before ? log::Level::warn : log::Level::info,
             level > before ? "short of time" : "recovers",
             {{"room", id().value}, {"degradation", wire::enumName(level)}});
  broadcast(quality());
}

wire::QualityNotice ConferenceRoom::quality() const {
  switch (degradation_) {
    case Degradation::none:
      break;
    case Degradation::rate:
      return {degradation_, "The server is short of time: the picture has fewer frames per second."};
    case Degradation::size:
      return {degradation_,
              "The server is short of time: the picture is smaller and has fewer frames per second."};
    case Degradation::closed:
      return {degradation_,
              "The server is short of time: the picture is smaller and has fewer frames per second, and only "
              "viewers can still come in."};
  }
  return {Degradation::none, "The picture is as it should be."};
}

}  // namespace tessera::server
