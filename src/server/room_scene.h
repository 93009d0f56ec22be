// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "wire/recording_files.h"

namespace tessera::server {

// What the timelines of a room's recordings tell of it.
struct RoomScene {
  struct Person {
    ParticipantId id;
    std::string name;
    wire::Role role = wire::Role::participant;
    bool sharing = false;  // a screen
  };
  std::vector<Person> people;
  std::optional<LayoutKind> layout;  // that is shown; none before there is a picture
  ParticipantId speaker;             // who is shown as the speaker; empty: nobody
};

// What has happened between two of them; `before` is empty when a recording begins.
std::vector<wire::TimelineEvent> differences(const RoomScene& before, const RoomScene& now,
                                             std::int64_t atMs);

}  // namespace tessera::server
