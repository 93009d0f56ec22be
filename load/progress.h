// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace tessera::load {

// The line on the standard error that says how it goes: rewritten on a terminal, a line each otherwise.
class Progress {
 public:
  Progress();
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::string_view text);
  void note(std::string_view text);  // stays
  void finish();                     // the terminal's line is left to others

 private:
  const bool terminal_;
  bool open_ = false;
};

}  // namespace tessera::load
