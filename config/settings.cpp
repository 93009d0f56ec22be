// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <fmt/format.h>

#include "config/environment.h"
#include "config/files.h"
#include "config/keys.h"
#include "config/layouts.h"
#include "config/loader.h"
#include "config/rungs.h"
#include "config/sources.h"
#include "config/templates.h"

namespace tessera::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

}  // namespace

Result<Settings> load(const std::string& file) {
  const auto text = readFile(file, kMaxFileBytes);
  if (!text) return tl::unexpected(text.error());
  return parse(*text, file, processEnvironment());
}

Result<Settings> defaults() {
  return parse("", "", processEnvironment());
}

std::string describe(const Settings& settings) {
  std::string text;
  std::string_view section;
  for (const Key& key : keys()) {
    if (!key.fileOf.empty()) continue;
    if (key.section != section) text += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", key.section);
    section = key.section;
    text += fmt::format("{} = {}\n", key.name, key.show(settings));
  }
  text += "\n" + describe(ladderOf(settings.room), "rung");
  for (const CustomLayout& layout : settings.room.look.customLayouts) text += "\n" + describe(layout);
  for (const Source& source : settings.roomSources) text += "\n" + describe(source);
  for (const Template& each : settings.templates) text += "\n" + describe(each, settings);
  return text;
}

}  // namespace tessera::config
