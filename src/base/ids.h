// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tessera {

// A string that names something; ids of different things do not mix.
template <class Tag>
struct Id {
  std::string value;
  auto operator<=>(const Id&) const = default;
  bool empty() const { return value.empty(); }
};

using RoomId = Id<struct RoomTag>;                // 1 to 64 of a-z 0-9 - _ ; chosen by people
using ParticipantId = Id<struct ParticipantTag>;  // 12 of a-z 0-9; made by the server

// Lower-cases and checks what a client or a URL calls a room.
[[nodiscard]] Result<RoomId> parseRoomId(std::string_view text);
ParticipantId makeParticipantId();

// `count` characters of a-z 0-9 from the system's random source.
std::string randomToken(std::size_t count);

// The connection of a participant that a message is about: `pc` is "main" (later also "screen"), `gen`
// counts up with each new offer's connection, so that a late message cannot hit the next one.
struct PeerKey {
  ParticipantId participant;
  std::string pc = "main";
  std::uint32_t gen = 0;
  auto operator<=>(const PeerKey&) const = default;
};

}  // namespace tessera

template <class Tag>
struct std::hash<tessera::Id<Tag>> {
  std::size_t operator()(const tessera::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
