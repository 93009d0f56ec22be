// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/part_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

#include "pipelines/record/disk_file.h"

namespace tessera {
namespace {

constexpr std::string_view kPrefix = "part-";

int numberOf(std::string_view name) {
  int number = 0;
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

}  // namespace

std::string partName(int part) {
  return fmt::format("{}{:04}", kPrefix, part);
}
std::string trackName(int part, const ParticipantId& participant) {
  return fmt::format("{}-{}", partName(part), participant.value);
}

Result<int> freePart(const std::string& directory, int atLeast) {
  std::error_code error;
  int next = atLeast;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error))
    next = std::max(next, numberOf(file->path().filename().string()) + 1);
  if (error) return tl::unexpected(diskError("reading the recording's directory", error.value()));
  return next;
}

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
  const int fd =
      open((directory + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP);
  if (fd < 0) return tl::unexpected(diskError("making the recording's lock", errno));
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return DirectoryLock(fd);
  const int error = errno;
  close(fd);
  if (error != EWOULDBLOCK) return tl::unexpected(diskError("locking the recording", error));
  return fail(ErrorCode::conflict, "somebody else is writing or finishing this recording");
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace tessera
