// SPDX-License-Identifier: Apache-2.0
#include "server/hls_folders.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/log.h"

namespace tessera::server {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEnding = ".hls";  // of the directories that are ours

void removeFolder(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) log::warn("HLS not removed", {{"path", path.string()}, {"why", error.message()}});
}

}  // namespace

HlsFolders::~HlsFolders() {
  for (const Folder& folder : folders_) removeFolder(folder.path);
}

void HlsFolders::removeLeftovers() const {
  std::error_code error;
  for (fs::directory_iterator entry(root_, error), end; !error && entry != end; entry.increment(error))
    if (entry->is_directory(error) && !entry->is_symlink(error) && entry->path().extension() == kEnding)
      removeFolder(entry->path());
}

Result<std::string> HlsFolders::make(const RoomId& room, const OutputId& output) {
  if (!std::exchange(swept_, true)) removeLeftovers();
  const std::string path = fmt::format("{}/{}.{}{}", root_, room.value, output.value, kEnding);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(ErrorCode::io, "creating {}: {}", path, error.message());
  Folder& folder = folders_.emplace_front();
  folder.room = room;
  folder.output = output;
  folder.path = path;
  return path;
}

void HlsFolders::release(const RoomId& room, const OutputId& output) {
  const auto folder = std::find_if(folders_.begin(), folders_.end(), [&](const Folder& each) {
    return each.room == room && each.output == output;
  });
  if (folder == folders_.end() || folder->gone.running()) return;
  folder->gone.once(grace_, [this, folder] {
    removeFolder(folder->path);
    folders_.erase(folder);
  });
}

std::string HlsFolders::find(const RoomId& room) const {
  const auto folder =
      std::find_if(folders_.begin(), folders_.end(), [&](const Folder& each) { return each.room == room; });
  return folder == folders_.end() ? "" : folder->path;
}

}  // namespace tessera::server
