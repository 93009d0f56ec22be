// SPDX-License-Identifier: Apache-2.0
#include "server/recording_name.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace tessera::server {
namespace {

constexpr std::size_t kMaxBytes = 180;  // of 255, with room for "-<participant>.<extension>.new"

bool isSafe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

}  // namespace

bool isPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), isSafe);
}

Result<std::string> recordingName(std::string_view pattern, const RoomId& room, const RecordingId& id,
                                  std::int64_t startedAtMs) {
  const std::tm start = fmt::localtime(static_cast<std::time_t>(startedAtMs / 1000));
  const auto filled = [&](std::string_view placeholder) -> std::string {
    if (placeholder == "date") return fmt::format("{:%Y-%m-%d}", start);
    if (placeholder == "time") return fmt::format("{:%H%M}", start);
    if (placeholder == "room") return room.value;
    if (placeholder == "id") return id.value;
    return {};
  };
  std::string name;
  while (!pattern.empty()) {
    if (pattern.front() == '{') {
      const std::size_t end = pattern.find('}');
      const std::string_view placeholder = pattern.substr(1, end == pattern.npos ? end : end - 1);
      const std::string value = end == pattern.npos ? std::string() : filled(placeholder);
      if (value.empty())
        return fail(ErrorCode::config,
                    "recordings.name: {{{}}} is none of {{date}}, {{time}}, {{room}}, {{id}}", placeholder);
      name += value;
      pattern.remove_prefix(end + 1);
    } else {
      name.push_back(pattern.front());
      pattern.remove_prefix(1);
    }
  }
  if (!isPlainName(name) || name.size() > kMaxBytes)
    return fail(ErrorCode::config, "recordings.name: {} is no name for a file", name);
  return name;
}

}  // namespace tessera::server
