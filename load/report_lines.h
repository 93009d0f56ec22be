// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "load/report.h"

namespace tessera::load {

// One line of the report over all members, in its table and in its JSON; members without a value are left
// out.
struct ReportLine {
  const char* title;
  const char* key;
  const char* unit;
  std::function<std::optional<double>(const MemberFigures&)> value;
};

const std::vector<ReportLine>& timeLines();   // of joining
const std::vector<ReportLine>& mediaLines();  // while it was measured

// `needsMedia`: without those who never got any.
Spread spreadOfLine(const LoadReport& report, const ReportLine& line, bool needsMedia);
std::vector<double> valuesOf(const std::vector<DelaySample>& samples);

}  // namespace tessera::load
