// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <glib.h>

#include <chrono>

#include "base/main_loop.h"

namespace tessera::test {

// Runs the main loop until `condition` holds, looking every 5 ms for what changes on other threads; false
// when it does not within `limit`.
template <class Condition>
bool runUntil(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  bool late = false;
  Timer deadline;
  deadline.once(limit, [&] { late = true; });
  Timer look;
  look.every(std::chrono::milliseconds(5), [] {});
  bool met = condition();
  while (!met && !late) {
    g_main_context_iteration(nullptr, TRUE);
    met = condition();
  }
  return met;
}

// Runs the main loop for this long: for what must not happen.
inline void runFor(std::chrono::milliseconds time) {
  runUntil([] { return false; }, time);
}

}  // namespace tessera::test
