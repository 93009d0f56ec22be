// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/hls_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "base/log.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlaylist = "index.m3u8";
constexpr const char* kHalfDone = ".tmp";

std::optional<HlsPlaylist> readPlaylist(const std::string& path) {
  std::ifstream file(path + "/" + kPlaylist, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return text.empty() ? std::nullopt : parseHlsPlaylist(text);
}

std::vector<std::string> filesIn(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  return names;
}

bool goesOn(const HlsPlaylist& playlist, std::int64_t nowUnixMs) {
  if (playlist.ended || playlist.segments.empty()) return false;
  return nowUnixMs - playlist.segments.back().unixMs < HlsDirectory::kGoesOnWithinMs;
}

Status writeAll(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(ErrorCode::io, "{}", std::strerror(errno));
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<HlsDirectory>> HlsDirectory::open(std::string path, std::int64_t nowUnixMs) {
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) return fail(ErrorCode::io, "opening the HLS directory: {}", std::strerror(errno));
  std::unique_ptr<HlsDirectory> self(new HlsDirectory(std::move(path), lock));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::conflict, "the HLS directory is in use: {}", std::strerror(errno));
  self->takeOver(nowUnixMs);
  return self;
}

HlsDirectory::~HlsDirectory() {
  ::close(lock_);
}

void HlsDirectory::takeOver(std::int64_t nowUnixMs) {
  auto before = readPlaylist(path_);
  const std::vector<std::string> files = filesIn(path_);
  if (before) next_ = before->segments.empty() ? before->next : before->segments.back().number + 1;
  for (const std::string& name : files)
    if (const auto number = hlsSegmentNumber(name)) next_ = std::max(next_, *number + 1);
  if (before && goesOn(*before, nowUnixMs)) {
    playlist_ = *std::move(before);
    discontinuity_ = true;
  } else {
    playlist_.next = next_;
    if (std::ranges::find(files, kPlaylist) != files.end()) replaceOld();
  }
  for (const std::string& name : files) {
    const auto number = hlsSegmentNumber(name);
    const bool listed = number && !playlist_.segments.empty() &&
                        *number >= playlist_.segments.front().number &&
                        *number <= playlist_.segments.back().number;
    if (listed || (!number && !name.ends_with(kHalfDone))) continue;
    std::error_code ignored;
    fs::remove(path_ + "/" + name, ignored);
  }
}

// Whoever comes before the first segment is not to see the end of another meeting.
void HlsDirectory::replaceOld() {
  if (const auto written = write(kPlaylist, playlist_.text()); !written)
    log::warn("old HLS playlist is not replaced", {{"error", written.error().text}});
}

Status HlsDirectory::add(std::string_view data, HlsSegment segment) {
  segment.number = next_;
  segment.discontinuity |= discontinuity_;
  HlsPlaylist playlist = playlist_;
  std::vector<std::int64_t> leaving;
  playlist.add(segment);
  while (playlist.segments.size() > kListed) leaving.push_back(playlist.takeFirst().number);
  const auto written =
      write(segment.file(), data).and_then([&] { return write(kPlaylist, playlist.text()); });
  discontinuity_ = !written;
  if (!written) {
    remove(segment.number);
    forgetOld(0);  // it may be for want of space
    return written;
  }
  ++next_;
  playlist_ = std::move(playlist);
  left_.insert(left_.end(), leaving.begin(), leaving.end());
  forgetOld(kKept);
  return {};
}

void HlsDirectory::end() {
  forgetOld(0);
  if (playlist_.segments.empty()) return;
  playlist_.ended = true;
  if (const auto written = write(kPlaylist, playlist_.text()); !written)
    log::warn("HLS playlist has no end", {{"error", written.error().text}});
}

Status HlsDirectory::write(const std::string& file, std::string_view data) const {
  const std::string name = path_ + "/" + file;
  const std::string halfDone = name + kHalfDone;
  const int fd = ::open(halfDone.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return fail(ErrorCode::io, "writing HLS: {}", std::strerror(errno));
  auto written = writeAll(fd, data);
  if (::close(fd) != 0 && written) written = fail(ErrorCode::io, "{}", std::strerror(errno));
  if (written && ::rename(halfDone.c_str(), name.c_str()) != 0)
    written = fail(ErrorCode::io, "{}", std::strerror(errno));
  if (written) return {};
  ::unlink(halfDone.c_str());
  return fail(ErrorCode::io, "writing HLS: {}", written.error().text);
}

void HlsDirectory::remove(std::int64_t number) const {
  ::unlink((path_ + "/" + HlsSegment{number, 0, 0, false}.file()).c_str());
}

void HlsDirectory::forgetOld(std::size_t kept) {
  for (; left_.size() > kept; left_.pop_front()) remove(left_.front());
}

}  // namespace tessera
