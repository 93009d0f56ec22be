// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "wire/client_messages.h"
#include "wire/room_messages.h"

namespace tessera::wire {

// signaling/PROTOCOL.md and src/wire/limits.h as they stand in the tree.
std::string protocolText();
std::string limitsText();

// A ```json block of PROTOCOL.md, with the headings (## and ###) that it stands under.
struct Example {
  std::string chapter;
  std::string heading;
  std::string json;
};
std::vector<Example> protocolExamples();

// One message of every type, with values other than the defaults.
std::vector<ToRoom> toRoomExamples();
std::vector<FromRoom> fromRoomExamples();

}  // namespace tessera::wire
