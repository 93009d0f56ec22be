// SPDX-License-Identifier: Apache-2.0
#include "config/layouts.h"

#include "config/key_makers.h"
#include "config/names.h"
#include "room/layout.h"

namespace tessera::config {
namespace {

constexpr double kRounding = 1e-6;  // of fractions like 0.333 that are to add up to 1
constexpr auto kLayout = "layout";
constexpr auto kRegions = "regions";

// What stands between two ends of the canvas; `min` itself only when it is allowed.
bool setFraction(double& out, const RawValue& raw, bool zeroToo) {
  double value = -1;
  if (const auto* number = std::get_if<double>(&raw)) value = *number;
  if (const auto* number = std::get_if<std::int64_t>(&raw)) value = static_cast<double>(*number);
  if (!(value >= 0 && value <= 1) || (value == 0 && !zeroToo)) return false;
  out = value;
  return true;
}

template <class E, std::size_t N>
bool setNamed(E& out, const RawValue& raw, const std::array<Named<E>, N>& table) {
  const auto* text = std::get_if<std::string>(&raw);
  const Named<E>* row = text ? findNamed(table, *text) : nullptr;
  if (row) out = row->value;
  return row != nullptr;
}

bool setNth(Region& region, const RawValue& raw) {
  const auto* value = std::get_if<std::int64_t>(&raw);
  if (!value || *value < 1 || *value > kMaxTiles) return false;
  region.nth = static_cast<int>(*value);
  return true;
}

bool setName(CustomLayout& layout, const RawValue& raw) {
  const auto* text = std::get_if<std::string>(&raw);
  if (!text || !isName(*text) || findNamed(kLayouts, *text) || *text == "custom") return false;
  layout.name = *text;
  return true;
}

const std::vector<Field<Region>>& regionFields() {
  static const std::string whos = "one of " + namesOf(kRules), fits = "one of " + namesOf(kFits);
  constexpr auto kPlace = "a number from 0 to 1", kSize = "a number above 0, at most 1";
  static const std::vector<Field<Region>> fields{
      {"x", kPlace, [](Region& r, const RawValue& raw) { return setFraction(r.x, raw, true); }, true},
      {"y", kPlace, [](Region& r, const RawValue& raw) { return setFraction(r.y, raw, true); }, true},
      {"width", kSize, [](Region& r, const RawValue& raw) { return setFraction(r.width, raw, false); }, true},
      {"height", kSize, [](Region& r, const RawValue& raw) { return setFraction(r.height, raw, false); },
       true},
      {"who", whos, [](Region& r, const RawValue& raw) { return setNamed(r.who, raw, kRules); }, true},
      {"nth", "an integer from 1 to 49", setNth},
      {"fit", fits, [](Region& r, const RawValue& raw) { return setNamed(r.fit, raw, kFits); }}};
  return fields;
}
static_assert(kMaxTiles == 49);

const std::vector<Field<CustomLayout>>& layoutFields() {
  static const std::vector<Field<CustomLayout>> fields{
      {"name", "1 to 32 of a-z 0-9 - _ that are not the name of another layout", setName, true},
      {kRegions, "an array of { x, y, width, height, who }",
       [](CustomLayout&, const RawValue&) { return false; }}};  // the right ones are tables
  return fields;
}

Region readRegion(const RawTable& table, Errors& errors) {
  Region region;
  readFields(table, "layout.regions", regionFields(), region, errors);
  if (region.x + region.width > 1 + kRounding || region.y + region.height > 1 + kRounding)
    errors.add("{}: layout.regions: expected a region inside the canvas: x + width and y + height at most 1",
               table.where);
  return region;
}

}  // namespace

std::vector<CustomLayout> readLayouts(const std::vector<RawTable>& tables, Errors& errors) {
  std::vector<CustomLayout> layouts;
  for (const RawTable& table : tables) {
    if (table.name != kLayout) continue;
    CustomLayout layout;
    readFields(table, kLayout, layoutFields(), layout, errors);
    for (const RawEntry& entry : table.entries)
      if (!entry.section.empty())
        errors.addUnknown(entry.where, fmt::format("layout.{}.{}", entry.section, entry.key), {});
    for (const RawTable& inner : table.tables) {
      if (inner.name == kRegions)
        layout.regions.push_back(readRegion(inner, errors));
      else
        errors.addUnknown(inner.where, fmt::format("layout.{}", inner.name),
                          {"layout.name", "layout.regions"});
    }
    if (layout.regions.empty() || layout.regions.size() > static_cast<std::size_t>(kMaxTiles))
      errors.add("{}: layout.regions: expected 1 to {} regions, got {}", table.where, kMaxTiles,
                 layout.regions.size());
    for (const CustomLayout& other : layouts)
      if (other.name == layout.name && !layout.name.empty())
        errors.add("{}: layout.name: there are two of the name {}", table.where, layout.name);
    layouts.push_back(std::move(layout));
  }
  if (layouts.size() > kMaxCustomLayouts)
    errors.add("layout: expected at most {} layouts, got {}", kMaxCustomLayouts, layouts.size());
  return layouts;
}

std::string describe(const CustomLayout& layout) {
  std::string text = fmt::format("[[layout]]\nname = \"{}\"\nregions = [\n", layout.name);
  for (const Region& r : layout.regions)
    text += fmt::format(
        "  {{ x = {}, y = {}, width = {}, height = {}, who = \"{}\", nth = {}, fit = \"{}\" }},\n", r.x, r.y,
        r.width, r.height, nameOf(kRules, r.who), r.nth, nameOf(kFits, r.fit));
  return text + "]\n";
}

bool isLayout(const Look& look, std::string_view name) {
  return findNamed(kLayouts, name) ||
         std::any_of(look.customLayouts.begin(), look.customLayouts.end(),
                     [&](const CustomLayout& each) { return each.name == name; });
}

}  // namespace tessera::config
