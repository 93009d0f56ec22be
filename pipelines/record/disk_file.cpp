// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/disk_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tessera {
namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
      return "; free some space, then record again";
    case EDQUOT:
      return "; the user's disk quota is used up: raise it or delete files, then record again";
    case EFBIG:
      return "; the file is as large as the system allows: raise the limit, then record again";
    case EIO:
      return "; the disk is failing or was removed: record on another one";
    case EROFS:
    case EACCES:
    case EPERM:
      return "; the directory for recordings has to be writable by the server's user";
    default:
      return "";
  }
}

}  // namespace

Error diskError(std::string_view what, int error) {
  return {ErrorCode::io, fmt::format("{}: {}{}", what, std::strerror(error), advice(error))};
}

int DiskFile::make(const std::string& path) {
  return open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP);
}

Result<std::shared_ptr<DiskFile>> DiskFile::create(const std::string& path, const Opener& open) {
  std::string name = path.substr(path.rfind('/') + 1);
  const int fd = open(path);
  if (fd < 0) return tl::unexpected(diskError("making " + name, errno));
  return std::shared_ptr<DiskFile>(new DiskFile(std::move(name), fd));
}

DiskFile::~DiskFile() {
  close(fd_);
}

Status DiskFile::write(std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd_, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(diskError("writing " + name_, errno));
    bytes_ += written;
    data = data.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status DiskFile::write(std::string_view text) {
  return write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

// Pipes and devices cannot be synced, which is no error.
Status DiskFile::sync() {
  const std::int64_t now = bytes_;
  if (synced_.exchange(now) == now) return {};
  if (fdatasync(fd_) == 0 || errno == EINVAL || errno == EROFS) return {};
  return tl::unexpected(diskError("syncing " + name_, errno));
}

}  // namespace tessera
