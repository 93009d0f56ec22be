// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tessera {

// What went wrong with a file, from errno, and what its owner can do about it. `what` names the file without
// its directory, since the text goes to the room's moderators.
Error diskError(std::string_view what, int error);

// A file that grows. write() on one thread; sync() on any, also at the same time.
class DiskFile {
 public:
  // Makes a file that was not there and gives its descriptor, or -1 with errno. Tests put their own.
  using Opener = std::function<int(const std::string& path)>;
  static int make(const std::string& path);

  [[nodiscard]] static Result<std::shared_ptr<DiskFile>> create(const std::string& path,
                                                                const Opener& open = make);
  ~DiskFile();
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  [[nodiscard]] Status write(std::span<const std::uint8_t> data);
  [[nodiscard]] Status write(std::string_view text);
  [[nodiscard]] Status sync();  // what was written until now; nothing to do: no call
  std::int64_t bytes() const { return bytes_; }

 private:
  DiskFile(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
  const std::string name_;
  const int fd_;
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<std::int64_t> synced_{0};
};

}  // namespace tessera
