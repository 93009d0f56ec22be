// SPDX-License-Identifier: Apache-2.0
#include "server/room_scene.h"

#include <algorithm>

namespace tessera::server {
namespace {

using wire::TimelineEvent;
using wire::TimelineKind;

const RoomScene::Person* find(const RoomScene& scene, const ParticipantId& id) {
  const auto it = std::find_if(scene.people.begin(), scene.people.end(),
                               [&](const RoomScene::Person& each) { return each.id == id; });
  return it == scene.people.end() ? nullptr : &*it;
}

}  // namespace

std::vector<TimelineEvent> differences(const RoomScene& before, const RoomScene& now, std::int64_t atMs) {
  std::vector<TimelineEvent> events;
  const auto add = [&](TimelineKind kind, const ParticipantId& id = {}) -> TimelineEvent& {
    TimelineEvent& event = events.emplace_back();
    event.atMs = atMs;
    event.event = kind;
    event.id = id;
    return event;
  };
  const auto setScreen = [&](const ParticipantId& id, bool on) { add(TimelineKind::screen, id).on = on; };
  for (const auto& person : before.people) {
    const bool stays = find(now, person.id);
    if (person.sharing && !stays) setScreen(person.id, false);
    if (!stays) add(TimelineKind::left, person.id);
  }
  for (const auto& person : now.people) {
    const RoomScene::Person* was = find(before, person.id);
    if (!was) {
      TimelineEvent& joined = add(TimelineKind::joined, person.id);
      joined.name = person.name;
      joined.role = person.role;
    }
    if (person.sharing != (was && was->sharing)) setScreen(person.id, person.sharing);
  }
  if (now.layout && now.layout != before.layout) add(TimelineKind::layout).layout = *now.layout;
  if (!now.speaker.empty() && now.speaker != before.speaker) add(TimelineKind::speaker, now.speaker);
  return events;
}

}  // namespace tessera::server
