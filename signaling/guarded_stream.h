// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <memory>

#include "signaling/inbound_guard.h"

namespace tessera::signaling {

// What a guarded stream has seen, and what it is told to do; shared by the stream (which libsoup may keep
// longer than the session) and its session. Main thread.
struct StreamWatch {
  explicit StreamWatch(std::size_t maxMessageBytes);

  std::chrono::steady_clock::time_point lastHeard;    // when bytes last came in
  std::uint64_t writtenPayload = 0;                   // bytes of text messages that the socket has taken
  std::function<void(const Violation&)> onViolation;  // once; what comes after it is read and thrown away
  InboundGuard inbound;
  FrameParser outbound;
  bool discarding = false;
};

// Wraps the stream under a WebSocket, so that the frames of both directions are seen as they pass.
// The result is a reference of the caller's; `base` is kept alive by it.
GIOStream* newGuardedStream(GIOStream* base, std::shared_ptr<StreamWatch> watch);

}  // namespace tessera::signaling
