// SPDX-License-Identifier: Apache-2.0
#include "load/report_lines.h"

#include <algorithm>
#include <cmath>

namespace tessera::load {
namespace {

// Between levels, while it was measured.
int rungChanges(const MemberFigures& member) {
  int changes = 0;
  for (std::size_t i = 1; i < member.receiving.size(); ++i) {
    const ReceivingSample &before = member.receiving[i - 1], &after = member.receiving[i];
    changes += after.at.count() > 0 && after.receiving.level != before.receiving.level;
  }
  return changes;
}

std::optional<double> number(const std::optional<Milliseconds>& time) {
  return time ? std::optional(time->count()) : std::nullopt;
}

}  // namespace

const std::vector<ReportLine>& timeLines() {
  static const std::vector<ReportLine> lines{
      {"join to welcome", "welcomeMs", "ms", [](const auto& m) { return number(m.welcome); }},
      {"join to connected", "connectedMs", "ms", [](const auto& m) { return number(m.connected); }},
      {"join to first frame", "firstFrameMs", "ms", [](const auto& m) { return number(m.firstFrame); }},
  };
  return lines;
}

const std::vector<ReportLine>& mediaLines() {
  static const std::vector<ReportLine> lines{
      {"frames delivered", "fps", "fps",
       [](const auto& m) { return m.audioOnly ? std::nullopt : std::optional(m.video.fps); }},
      {"longest gap between frames", "longestGapMs", "ms",
       [](const auto& m) { return m.audioOnly ? std::nullopt : std::optional(m.video.longestGap.count()); }},
      {"longest gap in the sound", "longestAudioGapMs", "ms",
       [](const auto& m) { return std::optional(m.audio.longestGap.count()); }},
      {"changes of rung", "rungChanges", "",
       [](const auto& m) {
         return m.receiving.empty() ? std::nullopt : std::optional<double>(rungChanges(m));
       }},
      {"received", "kbpsIn", "kbit/s", [](const auto& m) { return std::optional(m.kbpsIn); }},
      {"sent", "kbpsOut", "kbit/s",
       [](const auto& m) { return m.viewer ? std::nullopt : std::optional(m.kbpsOut); }},
  };
  return lines;
}

Spread spreadOfLine(const LoadReport& report, const ReportLine& line, bool needsMedia) {
  std::vector<double> values;
  for (const MemberFigures& member : report.members) {
    if (needsMedia && !member.firstFrame) continue;  // would only repeat that it failed
    if (const auto value = line.value(member)) values.push_back(*value);
  }
  return spreadOf(std::move(values));
}

std::vector<double> valuesOf(const std::vector<DelaySample>& samples) {
  std::vector<double> values;
  for (const DelaySample& sample : samples) values.push_back(sample.ms);
  return values;
}

Spread spreadOf(std::vector<double> values) {
  Spread spread;
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  spread.count = static_cast<int>(count);
  spread.min = values.front();
  spread.max = values.back();
  spread.median = (values[(count - 1) / 2] + values[count / 2]) / 2;
  spread.p95 = values[static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(count))) - 1];
  return spread;
}

}  // namespace tessera::load
