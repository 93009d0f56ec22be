// SPDX-License-Identifier: Apache-2.0
#include <glib.h>

#include <algorithm>

#include "config/settings.h"

// What follows for one room from the configuration.

namespace tessera::config {
namespace {

bool fits(const std::vector<std::string>& patterns, const RoomId& room) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return g_pattern_match_simple(pattern.c_str(), room.value.c_str()) != FALSE;
  });
}

}  // namespace

Result<Template> templateFor(const Settings& settings, const RoomId& room, const std::string& name) {
  std::string names;
  for (const Template& each : settings.templates) {
    if (name.empty() ? fits(each.rooms, room) : each.name == name) return each;
    names.append(names.empty() ? "" : ", ").append(each.name);
  }
  if (name.empty()) return Template{"", {}, settings.room};
  return fail(ErrorCode::badRequest, "template: there is no {} here, only {}", name, names);
}

ProgramSettings programOf(const Room& room) {
  const CanvasSettings& canvas = room.canvas;
  ProgramSettings program{canvas.width, canvas.height, canvas.fps, room.program.videoKbps,
                          room.program.audioKbps};
  if (room.program.fps > 0) program.fps = room.program.fps;
  if (room.program.height > 0) {
    program.height = room.program.height;
    program.width = std::max(2, (canvas.width * program.height / canvas.height + 1) / 2 * 2);
  }
  return program;
}

std::vector<Source> sourcesOf(const Settings& settings, const RoomId& room) {
  std::vector<Source> sources;
  for (const Source& each : settings.roomSources)
    if (fits(each.rooms, room)) sources.push_back(each);
  return sources;
}

}  // namespace tessera::config
