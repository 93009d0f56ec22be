// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tessera::server {

// Files that are there, whole, after a loss of power. Any thread; they wait for the disk.

[[nodiscard]] Result<std::string> readFile(const std::string& path, std::size_t maxBytes);
// Replaces the file at once or not at all, and returns when that is on the disk.
[[nodiscard]] Status replaceFile(const std::string& path, std::string_view text);
[[nodiscard]] Status appendLine(const std::string& path, std::string_view line);  // not synced
// With its parents, for the owner alone, and there after a loss of power; one that is there is left as it is.
[[nodiscard]] Status makeDirectory(const std::string& path);
// A directory that is one process's alone for as long as this lives, whatever becomes of the process (flock).
class DirectoryHold {
 public:
  DirectoryHold() = default;
  ~DirectoryHold();
  DirectoryHold(const DirectoryHold&) = delete;
  DirectoryHold& operator=(const DirectoryHold&) = delete;
  [[nodiscard]] Status take(const std::string& path);

 private:
  int fd_ = -1;
};
void removeTree(const std::string& path);
std::vector<std::string> namesIn(const std::string& directory);  // sorted

[[nodiscard]] Result<std::int64_t> bytesFree(const std::string& directory);  // for who is not root
std::int64_t bytesOf(const std::string& path);                               // 0: no such file
std::int64_t bytesBelow(const std::string& directory);
struct DiskUse {
  std::int64_t used = 0;  // by what is below the directory
  std::int64_t free = 0;
};
[[nodiscard]] Result<DiskUse> measure(const std::string& directory);

}  // namespace tessera::server
