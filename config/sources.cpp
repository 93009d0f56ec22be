// SPDX-License-Identifier: Apache-2.0
#include "config/sources.h"

#include "config/checks.h"
#include "config/key_makers.h"
#include "room/url_rules.h"

namespace tessera::config {
namespace {

constexpr auto kSource = "source";
constexpr std::size_t kMaxNameBytes = 64;

const std::vector<Field<Source>>& sourceFields() {
  static const std::vector<Field<Source>> fields{
      {"rooms", "an array of names of rooms, in which * stands for any characters and ? for one",
       [](Source& s, const RawValue& raw) {
         const auto* list = std::get_if<std::vector<std::string>>(&raw);
         if (!list || !std::all_of(list->begin(), list->end(), isRoomPattern)) return false;
         s.rooms = *list;
         return true;
       },
       true},
      {"name", "1 to 64 bytes of text",
       [](Source& s, const RawValue& raw) {
         const auto* text = std::get_if<std::string>(&raw);
         if (!text || text->empty() || text->size() > kMaxNameBytes || !isUtf8Line(*text)) return false;
         s.name = *text;
         return true;
       },
       true},
      {"url", R"("rtsp://…", "rtsps://…", "rtmp://…", "rtmps://…" or "file:…")",
       [](Source& s, const RawValue& raw) {
         const auto* text = std::get_if<std::string>(&raw);
         if (!text || !isUtf8Line(*text) || !isSourceUrl(*text)) return false;
         s.url = *text;
         return true;
       },
       true, true},
      {"loop", "true or false", [](Source& s, const RawValue& raw) {
         const auto* value = std::get_if<bool>(&raw);
         if (value) s.loop = *value;
         return value != nullptr;
       }}};
  return fields;
}

Source readSource(const RawTable& table, const Sources& rules, Errors& errors) {
  Source source;
  readFields(table, kSource, sourceFields(), source, errors);
  for (const RawEntry& entry : table.entries)
    if (!entry.section.empty())
      errors.addUnknown(entry.where, fmt::format("{}.{}.{}", kSource, entry.section, entry.key), {});
  for (const RawTable& inner : table.tables)
    errors.addUnknown(inner.where, fmt::format("{}.{}", kSource, inner.name), {});
  if (isFileUrl(source.url) && source.url.find('/') != 5 && rules.filesDirectory.empty())
    errors.add("{}: source.url: expected an absolute path, or sources.files_directory with it", table.where);
  return source;
}

}  // namespace

std::vector<Source> readSources(const std::vector<RawTable>& tables, const Sources& rules, Errors& errors) {
  std::vector<Source> sources;
  for (const RawTable& table : tables)
    if (table.name == kSource) sources.push_back(readSource(table, rules, errors));
  if (sources.size() > kMaxSources)
    errors.add("source: expected at most {} sources, got {}", kMaxSources, sources.size());
  return sources;
}

std::string describe(const Source& source) {
  return fmt::format("[[source]]\nrooms = {}\nname = {}\nurl = {}\nloop = {}\n", quotedList(source.rooms),
                     inQuotes(source.name), inQuotes(redactedUrl(source.url)), source.loop);
}

}  // namespace tessera::config
