// SPDX-License-Identifier: Apache-2.0
#include "load/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace tessera::load {
namespace {

const char* const kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::show(std::string_view text) {
  if (terminal_) {
    fmt::print(stderr, "{}{}", kClearLine, text);
    std::fflush(stderr);
    open_ = true;
  } else {
    fmt::print(stderr, "{}\n", text);
  }
}

void Progress::note(std::string_view text) {
  finish();
  fmt::print(stderr, "tessera-load: {}\n", text);
}

void Progress::finish() {
  if (!open_) return;
  fmt::print(stderr, "{}", kClearLine);
  std::fflush(stderr);
  open_ = false;
}

}  // namespace tessera::load
