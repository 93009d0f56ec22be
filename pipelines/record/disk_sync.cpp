// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/disk_sync.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tessera {
namespace {

Status syncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(diskError("opening the recording's directory", errno));
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (error == 0 || error == EINVAL) return {};
  return tl::unexpected(diskError("syncing the recording's directory", error));
}

}  // namespace

DiskSync::DiskSync(std::string directory) : directory_(std::move(directory)), thread_([this] { run(); }) {}

DiskSync::~DiskSync() {
  (void)finish();
}

Status DiskSync::finish() {
  if (!thread_.joinable()) return status();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
  return status();
}

void DiskSync::watch(std::shared_ptr<DiskFile> file) {
  const std::lock_guard lock(mutex_);
  files_.push_back(std::move(file));
  newNames_ = true;
}

Status DiskSync::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void DiskSync::run() {
  pthread_setname_np(pthread_self(), "record-sync");
  std::unique_lock lock(mutex_);
  bool last = false;
  while (!last) {
    last = wake_.wait_for(lock, kEvery, [this] { return stopping_; });
    auto files = files_;
    // Those that nobody else holds grow no more: synced now, they are done with.
    std::erase_if(files_, [](const auto& file) { return file.use_count() == 2; });
    const bool newNames = std::exchange(newNames_, false);
    lock.unlock();
    syncAll(files, newNames);
    files.clear();  // closing may take its time
    lock.lock();
  }
}

void DiskSync::syncAll(const std::vector<std::shared_ptr<DiskFile>>& files, bool newNames) {
  Status result;
  for (const auto& file : files)
    if (auto synced = file->sync(); !synced) result = synced;
  if (newNames)
    if (auto synced = syncDirectory(directory_); !synced) result = synced;
  if (result) return;
  const std::lock_guard lock(mutex_);
  status_ = result;
}

}  // namespace tessera
