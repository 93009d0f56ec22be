// SPDX-License-Identifier: Apache-2.0
#include "config/rungs.h"

#include "config/key_makers.h"

namespace tessera::config {
namespace {

constexpr Range kHeight{16, 3840, 2};
constexpr Range kFps{0, 60};
constexpr int kMinDivisor = 3;  // below a third of its bitrate a picture is better off smaller
constexpr Range kKbps{1, 50'000};

bool setInteger(int& out, const RawValue& raw, Range range) {
  const auto* value = std::get_if<std::int64_t>(&raw);
  if (!value || !range.holds(*value)) return false;
  out = static_cast<int>(*value);
  return true;
}

const std::vector<Field<RungSpec>>& rungFields() {
  static const std::string height = expectsInteger(kHeight), fps = expectsInteger(kFps),
                           kbps = expectsInteger(kKbps);
  static const std::vector<Field<RungSpec>> fields{
      {"height", height, [](RungSpec& r, const RawValue& raw) { return setInteger(r.height, raw, kHeight); },
       true},
      {"fps", fps, [](RungSpec& r, const RawValue& raw) { return setInteger(r.fps, raw, kFps); }, true},
      {"kbps", kbps, [](RungSpec& r, const RawValue& raw) { return setInteger(r.kbps, raw, kKbps); }, true},
      {"min_kbps", kbps, [](RungSpec& r, const RawValue& raw) { return setInteger(r.minKbps, raw, kKbps); }}};
  return fields;
}

// Whoever goes from one rung to the next is to get less to decode, by less of a network.
bool below(const RungSpec& rung, const RungSpec& above) {
  return rung.height <= above.height && rung.fps <= above.fps && rung.kbps < above.kbps &&
         (rung.height < above.height || rung.fps < above.fps);
}

RungSpec readRung(const RawTable& table, std::string_view called, Errors& errors) {
  RungSpec rung;
  rung.minKbps = 0;
  readFields(table, called, rungFields(), rung, errors);
  for (const RawEntry& entry : table.entries)
    if (!entry.section.empty())
      errors.addUnknown(entry.where, fmt::format("{}.{}.{}", called, entry.section, entry.key), {});
  for (const RawTable& inner : table.tables)
    errors.addUnknown(inner.where, fmt::format("{}.{}", called, inner.name), {});
  if (rung.minKbps == 0) rung.minKbps = std::max(1, rung.kbps / kMinDivisor);
  if (rung.minKbps > rung.kbps)
    errors.add("{}: {}.min_kbps: expected at most kbps ({}), got {}", table.where, called, rung.kbps,
               rung.minKbps);
  return rung;
}

// The last one, among those above it.
void checkOrder(const std::vector<RungSpec>& rungs, const std::string& where, std::string_view called,
                Errors& errors) {
  if (rungs.size() > kMaxRungs)
    errors.add("{}: {}: expected at most {} of them", where, called, kMaxRungs);
  else if (rungs.size() == 1 && rungs.back().fps == 0)
    errors.add("{}: {}.fps: expected 1 or more in the first one", where, called);
  else if (rungs.size() > 1 && !below(rungs.back(), rungs[rungs.size() - 2]))
    errors.add("{}: {}: expected less than in the one before: of kbps, and of height or fps or both", where,
               called);
}

}  // namespace

std::vector<RungSpec> readRungs(const std::vector<RawTable>& tables, std::string_view called,
                                Errors& errors) {
  std::vector<RungSpec> rungs;
  const std::size_t before = errors.count();
  for (const RawTable& table : tables) {
    if (table.name != "rung") continue;
    rungs.push_back(readRung(table, called, errors));
    if (errors.count() == before) checkOrder(rungs, table.where, called, errors);
  }
  return rungs;
}

std::string describe(const std::vector<RungSpec>& rungs, std::string_view called) {
  std::string text;
  for (const RungSpec& rung : rungs)
    text += fmt::format("[[{}]]\nheight = {}\nfps = {}\nkbps = {}\nmin_kbps = {}\n", called, rung.height,
                        rung.fps, rung.kbps, rung.minKbps);
  return text;
}

std::vector<RungSpec> ladderOf(const Room& room) {
  if (!room.rungs.empty()) return room.rungs;
  static constexpr std::array kUsual{RungSpec{720, 30, 1500, 0}, RungSpec{360, 30, 500, 0},
                                     RungSpec{180, 15, 150, 0}, RungSpec{180, 0, 40, 0}};
  const CanvasSettings& canvas = room.canvas;
  std::vector<RungSpec> rungs{{canvas.height, canvas.fps, room.videoKbps, room.videoKbps / kMinDivisor}};
  for (RungSpec rung : kUsual) {
    if (canvas.height > canvas.width) rung.height = rung.height * 16 / 9;  // upright
    const bool still = rung.fps == 0;
    if (still) rung.height = std::min(rung.height, canvas.height);
    if (!still && rung.height >= canvas.height) continue;
    rung.fps = std::min(rung.fps, canvas.fps);
    rung.kbps = std::min(rung.kbps, rungs.back().kbps / 2);
    rung.minKbps = std::max(1, rung.kbps / kMinDivisor);
    rungs.push_back(rung);
  }
  return rungs;
}

}  // namespace tessera::config
