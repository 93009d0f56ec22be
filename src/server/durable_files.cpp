// SPDX-License-Identifier: Apache-2.0
#include "server/durable_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tessera::server {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> ioError(std::string_view what, const std::string& path) {
  return fail(ErrorCode::io, "{} {}: {}", what, path, std::strerror(errno));
}

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0600)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  bool writeAll(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

 private:
  int fd_;
};

Status syncDirectory(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory || fsync(directory.fd()) != 0) return ioError("syncing", path);
  return {};
}

}  // namespace

Result<std::string> readFile(const std::string& path, std::size_t maxBytes) {
  const File file(path, O_RDONLY);
  struct stat info {};
  if (!file || fstat(file.fd(), &info) != 0) return ioError("reading", path);
  if (static_cast<std::size_t>(info.st_size) > maxBytes)
    return fail(ErrorCode::tooLarge, "{} has more than {} bytes", path, maxBytes);
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t n = ::read(file.fd(), text.data() + got, text.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ioError("reading", path);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  text.resize(got);
  return text;
}

Status replaceFile(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file || !file.writeAll(text) || fsync(file.fd()) != 0) return ioError("writing", fresh);
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return ioError("replacing", path);
  return syncDirectory(fs::path(path).parent_path());
}

Status appendLine(const std::string& path, std::string_view line) {
  const File file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file || !file.writeAll(std::string(line) + "\n")) return ioError("writing", path);
  return {};
}

Status makeDirectory(const std::string& path) {
  const fs::path whole(path);
  if (fs::path parent = whole.parent_path(); !parent.empty() && parent != whole) {
    std::error_code ignored;  // told by what comes next
    if (!fs::exists(parent, ignored))
      if (auto made = makeDirectory(parent); !made) return made;
  }
  if (mkdir(path.c_str(), 0700) == 0)
    return syncDirectory(whole.has_parent_path() ? whole.parent_path() : ".");
  if (errno != EEXIST) return ioError("making", path);
  std::error_code error;
  if (!fs::is_directory(whole, error)) return fail(ErrorCode::io, "{} is not a directory", path);
  return {};
}

DirectoryHold::~DirectoryHold() {
  if (fd_ >= 0) ::close(fd_);
}

// A file system that knows no such locks is used without.
Status DirectoryHold::take(const std::string& path) {
  fd_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) return ioError("opening", path);
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return fail(ErrorCode::conflict, "another server uses {}", path);
  return {};
}

void removeTree(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

std::vector<std::string> namesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::int64_t bytesOf(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : 0;
}

std::int64_t bytesBelow(const std::string& directory) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    bytes += bytesOf(it->path());
  return bytes;
}

Result<std::int64_t> bytesFree(const std::string& directory) {
  struct statvfs info {};
  if (statvfs(directory.c_str(), &info) != 0) return ioError("measuring", directory);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

Result<DiskUse> measure(const std::string& directory) {
  const auto free = bytesFree(directory);
  if (!free) return tl::unexpected(free.error());
  return DiskUse{bytesBelow(directory), *free};
}

}  // namespace tessera::server
