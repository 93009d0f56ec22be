// SPDX-License-Identifier: Apache-2.0
#include "config/templates.h"

#include "config/checks.h"
#include "config/key_makers.h"
#include "config/layouts.h"
#include "config/rungs.h"

namespace tessera::config {
namespace {

constexpr auto kTemplate = "template";
constexpr auto kRung = "template.rung";
constexpr int kMusicKbps = 128;

const std::vector<Field<Template>>& templateFields() {
  static const std::vector<Field<Template>> fields{
      {"name", "1 to 32 of a-z 0-9 - _",
       [](Template& t, const RawValue& raw) {
         const auto* text = std::get_if<std::string>(&raw);
         if (!text || !isName(*text)) return false;
         t.name = *text;
         return true;
       },
       true},
      {"rooms", "an array of names of rooms, in which * stands for any characters and ? for one",
       [](Template& t, const RawValue& raw) {
         const auto* list = std::get_if<std::vector<std::string>>(&raw);
         if (!list || !std::all_of(list->begin(), list->end(), isRoomPattern)) return false;
         t.rooms = *list;
         return true;
       }}};
  return fields;
}

// An entry of a section in the template: "room.fps = 15".
void setEntry(const RawEntry& entry, Settings& settings, Errors& errors) {
  std::vector<std::string> names;
  for (const Key& key : keys()) {
    if (!inTemplates(key)) continue;
    if (key.section == entry.section && key.name == entry.key) {
      setKey(key, entry.value, entry.where, settings, errors);
      const Look& look = settings.room.look;
      if (key.name == "layout" && look.layout == LayoutKind::custom && !isLayout(look, look.customLayout))
        errors.add("{}: {}: there is no layout {}", entry.where, key.fullName(), look.customLayout);
      return;
    }
    names.push_back(key.fullName());
  }
  errors.addUnknown(entry.where, fmt::format("{}.{}", entry.section, entry.key), names);
}

// "fps" for "room.fps": true when it was that.
bool sectionForgotten(const RawEntry& entry, Errors& errors) {
  if (!entry.section.empty()) return false;
  for (const Key& key : keys())
    if (inTemplates(key) && key.name == entry.key) {
      errors.add("{}: unknown key {}.{}; did you mean {}?", entry.where, kTemplate, entry.key,
                 key.fullName());
      return true;
    }
  return false;
}

Template readTemplate(RawTable table, const Settings& settings, Errors& errors) {
  Template read;
  std::erase_if(table.entries, [&](const RawEntry& entry) { return sectionForgotten(entry, errors); });
  readFields(table, kTemplate, templateFields(), read, errors);
  Settings merged = settings;
  for (const RawEntry& entry : table.entries)
    if (!entry.section.empty()) setEntry(entry, merged, errors);
  for (const RawTable& inner : table.tables)
    if (inner.name != "rung")
      errors.addUnknown(inner.where, fmt::format("{}.{}", kTemplate, inner.name), {kRung});
  if (auto rungs = readRungs(table.tables, kRung, errors); !rungs.empty())
    merged.room.rungs = std::move(rungs);  // all of them: they belong together
  read.room = std::move(merged.room);
  return read;
}

bool hasName(const std::vector<Template>& templates, std::string_view name) {
  return std::any_of(templates.begin(), templates.end(), [&](const Template& t) { return t.name == name; });
}

Template music(Room room) {
  room.audioKbps = kMusicKbps;
  room.sound.stereo = true;
  room.sound.levelling = false;
  return {"music", {}, std::move(room)};
}

}  // namespace

std::vector<Template> readTemplates(const std::vector<RawTable>& tables, const Settings& settings,
                                    Errors& errors) {
  std::vector<Template> templates;
  for (const RawTable& table : tables) {
    if (table.name != kTemplate) continue;
    Template read = readTemplate(table, settings, errors);
    if (!read.name.empty() && hasName(templates, read.name))
      errors.add("{}: template.name: there are two of the name {}", table.where, read.name);
    templates.push_back(std::move(read));
  }
  if (!hasName(templates, "music")) templates.push_back(music(settings.room));
  return templates;
}

std::string describe(const Template& each, const Settings& settings) {
  std::string text =
      fmt::format("[[template]]\nname = {}\nrooms = {}\n", inQuotes(each.name), quotedList(each.rooms));
  Settings merged = settings;
  merged.room = each.room;
  for (const Key& key : keys())
    if (const std::string shown = inTemplates(key) ? key.show(merged) : "";
        shown != "" && shown != key.show(settings))
      text += fmt::format("{} = {}\n", key.fullName(), shown);
  const std::vector<RungSpec> rungs = ladderOf(each.room);
  return rungs == ladderOf(settings.room) ? text : text + describe(rungs, kRung);
}

}  // namespace tessera::config
