// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/ids.h"
#include "base/result.h"

namespace tessera {

// Names in a recording's directory: docs/recording.md.
std::string partName(int part);                                     // "part-0001"
std::string trackName(int part, const ParticipantId& participant);  // "part-0001-k3v9x0q2m7ab"
// The first number from `atLeast` on that comes after all parts that are there.
[[nodiscard]] Result<int> freePart(const std::string& directory, int atLeast);

// Held by whoever works on a recording's media, for as long as they do.
class DirectoryLock {
 public:
  // Fails with `conflict` when somebody else holds it. Never waits.
  [[nodiscard]] static Result<DirectoryLock> take(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tessera
