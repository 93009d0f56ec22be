// SPDX-License-Identifier: Apache-2.0
#include "post/job.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

namespace tessera::post {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPoints = 1'000'000;  // eleven days of a part
constexpr std::size_t kMaxPlanBytes = 64 << 10;

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// What is not there never comes; what cannot be had for another reason may be had later.
tl::unexpected<Error> fileFail(const std::string& path, int error) {
  return fail(error == ENOENT ? ErrorCode::notFound : ErrorCode::io, "{}: {}", path, std::strerror(error));
}

// Calls each(line); a line that is too long is passed over, and so is one without an end, which was cut off.
// A file that is not there has no lines.
template <class Each>
Status forEachLine(const std::string& path, Each each) {
  const FilePtr file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file && errno == ENOENT) return {};
  if (!file) return fileFail(path, errno);
  std::array<char, wire::kMaxTimelineLine> buffer;
  bool whole = true;  // the buffer begins where a line begins
  while (std::fgets(buffer.data(), buffer.size(), file.get())) {
    std::string_view line(buffer.data());
    const bool ended = line.ends_with('\n');
    if (ended) line.remove_suffix(1);
    if (whole && ended) each(line);
    whole = ended;
  }
  if (std::ferror(file.get())) return fileFail(path, errno);
  return {};
}

Result<std::string> readWhole(const std::string& path) {
  const FilePtr file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return fileFail(path, errno);
  std::string text(kMaxPlanBytes, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return fileFail(path, errno);
  return text;
}

// part-NNNN.mkv, part-NNNN-ID.mka
struct PartName {
  int number = 0;
  std::string id;  // of a separate track
};

std::optional<PartName> parsePartName(std::string_view name) {
  constexpr std::string_view kPrefix = "part-", kMedia = ".mkv", kTrack = ".mka";
  if (!name.starts_with(kPrefix) || !(name.ends_with(kMedia) || name.ends_with(kTrack))) return std::nullopt;
  const bool track = name.ends_with(kTrack);
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kMedia.size());
  PartName part;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), part.number);
  if (error != std::errc{} || part.number <= 0) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (track == name.empty()) return std::nullopt;
  if (!track) return part;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  name.remove_prefix(1);
  if (name.empty() || name.size() > 32 || !std::all_of(name.begin(), name.end(), plain)) return std::nullopt;
  part.id = name;
  return part;
}

std::int64_t unixMs(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(system.time_since_epoch()).count();
}

PartFiles& partOf(std::vector<PartFiles>& parts, int number) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const PartFiles& each) { return each.number == number; });
  if (found != parts.end()) return *found;
  parts.emplace_back().number = number;
  return parts.back();
}

Status addFile(const fs::directory_entry& entry, std::vector<PartFiles>& parts) {
  const auto name = parsePartName(entry.path().filename().string());
  if (!name) return {};
  PartFiles& part = partOf(parts, name->number);
  if (!name->id.empty()) {
    part.tracks.push_back({ParticipantId{name->id}, entry.path().string()});
    return {};
  }
  std::error_code error;
  part.path = entry.path().string();
  part.bytes = static_cast<std::int64_t>(entry.file_size(error));
  if (!error) part.writtenAtMs = unixMs(entry.last_write_time(error));
  if (error) return fileFail(part.path, error.value());
  return {};
}

// All or an error: a part that is not listed is not in the finished file, and is removed with the others.
Status listParts(const std::string& directory, std::vector<PartFiles>& parts) {
  std::error_code error;
  for (fs::directory_iterator each(directory, error), end; !error && each != end; each.increment(error))
    if (auto added = addFile(*each, parts); !added) return added;
  if (error) return fileFail(directory, error.value());
  std::erase_if(parts, [](const PartFiles& part) { return part.path.empty(); });
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return {};
}

}  // namespace

std::int64_t Job::bytes() const {
  std::int64_t sum = 0;
  for (const PartFiles& part : parts) sum += part.bytes;
  return sum;
}

Result<Job> loadJob(const std::string& directory) {
  const auto text = readWhole(directory + "/recording.json");
  if (!text) return tl::unexpected(text.error());
  auto plan = wire::decodeRecordingPlan(*text);
  if (!plan) return tl::unexpected(std::move(plan).error());
  Job job{std::move(*plan), {}, {}};
  if (auto listed = listParts(directory, job.parts); !listed) return tl::unexpected(listed.error());
  for (PartFiles& part : job.parts) {
    const auto read =
        forEachLine(fs::path(part.path).replace_extension(".jsonl"), [&](std::string_view line) {
          if (part.points.size() >= kMaxPoints) return;
          if (const auto point = wire::decodePartPoint(line)) part.points.push_back(*point);
        });
    if (!read) return tl::unexpected(read.error());
  }
  const auto read = forEachLine(directory + "/timeline.jsonl", [&](std::string_view line) {
    if (job.timeline.size() >= wire::kMaxTimelineEvents) return;
    if (auto event = wire::decodeTimelineEvent(line)) job.timeline.push_back(std::move(*event));
  });
  if (!read) return tl::unexpected(read.error());
  return job;
}

}  // namespace tessera::post
