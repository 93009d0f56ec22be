// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "wire/room_messages.h"

// A room's side of the wire without media, for room_process_test. It offers whatever peer is added, beats,
// and misbehaves when the peer's name says so: "die", "hang", "stall" (beats, but its mixers stand still),
// "babble", "deaf" (reads nothing more).

namespace {

using namespace tessera;

std::uint64_t seq = 0;

void say(const wire::FromRoom& message) {
  const std::string line = wire::encode(message, ++seq) + "\n";
  if (write(wire::kRoomSocketFd, line.data(), line.size()) < 0) _exit(1);
}

struct State {
  RoomHealth health;
  bool bound = false;
  bool stalled = false;
  bool deaf = false;
};

void onAdd(State& state, const PeerSettings& peer) {
  ++state.health.peers;
  if (peer.name == "die") _exit(7);
  if (peer.name == "hang")
    while (true) pause();
  if (peer.name == "stall") state.stalled = true;
  if (peer.name == "deaf") state.deaf = true;
  if (peer.name == "babble") {
    constexpr std::string_view kNonsense = "{\"v\":1,\"nonsense\n";
    if (write(wire::kRoomSocketFd, kNonsense.data(), kNonsense.size()) < 0) _exit(1);
  }
  say(wire::PeerOffer{peer.key, "offer for " + peer.name});
}

void onLine(State& state, std::string_view line) {
  const auto message = wire::decodeToRoom(line);
  if (!message) _exit(9);
  if (std::holds_alternative<wire::BindRoom>(*message)) state.bound = true;
  if (std::holds_alternative<wire::CloseRoom>(*message)) _exit(0);
  if (const auto* add = std::get_if<wire::AddPeer>(&*message)) onAdd(state, add->settings);
}

}  // namespace

int main() {
  say(wire::SpareReady{"test"});
  State state;
  std::string input;
  while (true) {
    pollfd readable{wire::kRoomSocketFd, static_cast<short>(state.deaf ? 0 : POLLIN), 0};
    if (poll(&readable, 1, 50) > 0) {
      std::array<char, 65536> chunk;
      const ssize_t n = read(wire::kRoomSocketFd, chunk.data(), chunk.size());
      if (n <= 0) return 0;
      input.append(chunk.data(), static_cast<std::size_t>(n));
      for (std::size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1))
        onLine(state, std::string_view(input).substr(0, end));
    }
    if (!state.bound) continue;
    if (!state.stalled) {
      ++state.health.videoTicks;
      ++state.health.audioTicks;
    }
    say(wire::Heartbeat{state.health});
  }
}
