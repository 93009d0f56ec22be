// SPDX-License-Identifier: Apache-2.0
#include "server/recording_scan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/log.h"
#include "server/durable_files.h"
#include "server/recording_name.h"
#include "wire/limits.h"

namespace tessera::server {
namespace {

constexpr std::string_view kFinished = ".json";
constexpr std::string_view kDeleted = ".deleted";
constexpr std::size_t kMaxSidecarBytes = 64 << 20;

std::string pathOf(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

bool exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

Result<FoundRecording> readFinishedFile(const std::string& path, const std::string& name) {
  const auto text = readFile(path, wire::kMaxFinishedBytes);
  if (!text) return tl::unexpected(text.error());
  const auto finished = wire::decodeFinishedRecording(*text);
  if (!finished) return tl::unexpected(finished.error());
  FoundRecording found;
  found.name = name;
  found.poster = finished->poster;
  found.endedAtMs = finished->endedAtMs;
  found.info = {finished->id,
                finished->room,
                wire::RecordingState::complete,
                1,
                finished->formats,
                finished->startedAtMs,
                finished->durationMs,
                finished->bytes,
                finished->file,
                {},
                finished->why};
  bool plain = isPlainName(found.info.file) && (found.poster.empty() || isPlainName(found.poster));
  for (const wire::FinishedTrack& track : finished->tracks) {
    plain = plain && isPlainName(track.file);
    found.info.tracks.push_back(track.file);
  }
  if (!plain) return fail(ErrorCode::badRequest, "names a file of another directory");
  return found;
}

std::vector<std::string> filesOf(const FoundRecording& recording) {
  std::vector<std::string> names = recording.info.tracks;
  names.push_back(recording.info.file);
  if (!recording.poster.empty()) names.push_back(recording.poster);
  return names;
}

tl::unexpected<Error> notDeleted(const std::string& path) {
  return fail(ErrorCode::io, "deleting {}: {}", path, std::strerror(errno));
}

Status removeFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return notDeleted(path);
  return {};
}

Status removeFilesOf(const std::string& directory, const FoundRecording& recording) {
  Status status;
  for (const std::string& name : filesOf(recording))
    if (auto removed = removeFile(pathOf(directory, name)); !removed) status = std::move(removed);
  return status;
}

// From here on it is gone, also after a crash. It may have been taken away by an attempt before.
Status moveAway(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) {
    const int why = errno;
    const bool there = exists(from);
    errno = why;
    if (there) return notDeleted(from);
  }
  return {};
}

Result<FoundRecording> readUnfinished(const std::string& directory, const RecordingId& id) {
  const auto text = readFile(planFile(directory, id), wire::kMaxMessageBytes);
  if (!text) return tl::unexpected(text.error());
  auto plan = wire::decodeRecordingPlan(*text);
  if (!plan) return tl::unexpected(plan.error());
  if (plan->id != id || !isPlainName(plan->name)) return fail(ErrorCode::badRequest, "is that of another");
  const std::string work = workOf(directory, id);
  const FoundParts parts = scanParts(work);
  FoundRecording found;
  found.name = plan->name;
  found.endedAtMs = plan->endedAtMs.value_or(std::max(parts.endMs, plan->startedAtMs));
  plan->endedAtMs = found.endedAtMs;
  found.info = {id,
                plan->room,
                wire::RecordingState::finishing,
                0,
                plan->formats,
                plan->startedAtMs,
                parts.mediaMs,
                bytesBelow(work),
                {},
                {},
                plan->why};
  found.plan = std::move(*plan);
  return found;
}

// What stands in .work: a recording's directory, or the remains of one that is being deleted.
void scanWork(const std::string& directory, const std::string& entry, std::vector<FoundRecording>& found) {
  const std::string path = directory + "/.work/" + entry;
  if (entry.ends_with(kDeleted)) {
    if (const auto recording = readFinishedFile(path, entry))
      if (const auto removed = removeFilesOf(directory, *recording); !removed)
        return log::error("recording is not deleted", {{"why", removed.error().text}});
    return removeTree(path);
  }
  const RecordingId id{entry};
  if (!exists(planFile(directory, id)) && scanParts(path).last == 0) return removeTree(path);  // barely begun
  if (auto recording = readUnfinished(directory, id))
    found.push_back(std::move(*recording));
  else
    log::error("recording cannot be read", {{"path", path}, {"why", recording.error().text}});
}

// The number of "part-0012.mkv"; 0: it is no part.
int partNumber(std::string_view name) {
  constexpr std::string_view kPart = "part-";
  int number = 0;
  if (name.starts_with(kPart)) std::from_chars(name.data() + kPart.size(), name.data() + name.size(), number);
  return std::max(number, 0);
}

// The last whole line of a sidecar.
std::optional<wire::PartPoint> lastPoint(const std::string& path) {
  const auto text = readFile(path, kMaxSidecarBytes);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t before = rest.rfind('\n', rest.size() - 1);
    const std::string_view line = before == rest.npos ? rest : rest.substr(before + 1);
    if (const auto point = wire::decodePartPoint(line)) return *point;
    rest = rest.substr(0, before == rest.npos ? 0 : before);
  }
  return std::nullopt;
}

}  // namespace

std::string workOf(const std::string& directory, const RecordingId& id) {
  return directory + "/.work/" + id.value;
}

std::string planFile(const std::string& directory, const RecordingId& id) {
  return workOf(directory, id) + "/recording.json";
}

Result<FoundRecording> readFinished(const std::string& directory, const std::string& name) {
  const std::string json = pathOf(directory, name) + std::string(kFinished);
  auto found = readFinishedFile(json, name);
  if (!found) return found;
  found->takes = bytesOf(json);
  for (const std::string& file : filesOf(*found)) found->takes += bytesOf(pathOf(directory, file));
  return found;
}

FoundParts scanParts(const std::string& work) {
  FoundParts parts;
  for (const std::string& name : namesIn(work)) {
    const int number = partNumber(name);
    if (number == 0) continue;
    parts.last = std::max(parts.last, number);
    if (!name.ends_with(".jsonl")) continue;
    if (const auto point = lastPoint(pathOf(work, name))) {
      parts.mediaMs += point->mediaMs;
      parts.endMs = std::max(parts.endMs, point->unixMs);
    }
  }
  return parts;
}

std::vector<FoundRecording> scanRecordings(const std::string& directory) {
  std::vector<FoundRecording> found;
  for (const std::string& entry : namesIn(directory + "/.work")) scanWork(directory, entry, found);
  for (const std::string& entry : namesIn(directory)) {
    if (!entry.ends_with(kFinished) || entry.front() == '.') continue;
    auto recording = readFinished(directory, entry.substr(0, entry.size() - kFinished.size()));
    if (!recording)
      log::error("recording cannot be read",
                 {{"path", pathOf(directory, entry)}, {"why", recording.error().text}});
    else if (!exists(pathOf(directory, recording->info.file)))
      log::warn("recording without its file", {{"path", pathOf(directory, entry)}});
    else
      found.push_back(std::move(*recording));
  }
  return found;
}

Status removeFinished(const std::string& directory, const FoundRecording& recording) {
  const std::string json = pathOf(directory, recording.name) + std::string(kFinished);
  const std::string deleted = workOf(directory, recording.info.id) + std::string(kDeleted);
  if (auto moved = moveAway(json, deleted); !moved) return moved;
  if (auto removed = removeFilesOf(directory, recording); !removed) return removed;
  return removeFile(deleted);
}

Status removeUnfinished(const std::string& directory, const RecordingId& id) {
  const std::string work = workOf(directory, id);
  const std::string deleted = work + std::string(kDeleted);
  if (auto moved = moveAway(work, deleted); !moved) return moved;
  removeTree(deleted);
  if (exists(deleted)) return fail(ErrorCode::io, "{} is not deleted", deleted);
  return {};
}

}  // namespace tessera::server
