// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <glib.h>

#include <chrono>

#include "base/main_loop.h"

namespace tessera {

// Runs the main loop until `condition` holds; false when it does not within ten seconds.
template <class Condition>
bool runUntil(Condition condition) {
  bool late = false;
  Timer deadline;
  deadline.once(std::chrono::seconds(10), [&] { late = true; });
  while (!condition() && !late) g_main_context_iteration(nullptr, TRUE);
  return condition();
}

// Runs whatever is ready now.
inline void runPending() {
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
}

}  // namespace tessera
