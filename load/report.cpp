// SPDX-License-Identifier: Apache-2.0
#include "load/report.h"

#include <algorithm>
#include <cmath>

#include "load/report_lines.h"

namespace tessera::load {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

void appendLine(std::string& out, const LoadReport& report, const ReportLine& line, bool needsMedia) {
  const Spread s = spreadOfLine(report, line, needsMedia);
  if (s.count == 0) return;
  const int decimals = line.unit == std::string_view("fps") ? 1 : 0;
  out += fmt::format("{:<28}{:>9.{}f} {:>9.{}f} {:>9.{}f} {:>9.{}f}  {}\n", line.title, s.min, decimals,
                     s.median, decimals, s.p95, decimals, s.max, decimals, line.unit);
}

std::string megabytes(const std::optional<std::int64_t>& bytes) {
  return bytes ? fmt::format("{:.1f}", static_cast<double>(*bytes) / kMiB) : "?";
}

void appendServer(std::string& out, const LoadReport& report) {
  if (report.server.empty()) {
    if (!report.serverNote.empty()) out += fmt::format("\nserver: {}\n", report.serverNote);
    return;
  }
  out += fmt::format("\n{:<16}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "process", "pid", "cores", "threads", "PSS MiB",
                     "files");
  for (const ProcessUsage& usage : report.server) {
    out += fmt::format("{:<16}{:>9}{:>9.3f}{:>9}{:>9}{:>9}\n", usage.at.kind, usage.at.pid, usage.cores,
                       usage.at.threads, megabytes(usage.at.pssBytes),
                       usage.at.openFiles ? fmt::format("{}", *usage.at.openFiles) : "?");
  }
  const ProcessUsage* room = busiestRoom(report);
  const int members = static_cast<int>(report.members.size());
  if (!room || members == 0) return;
  out += fmt::format("the room per member: {:.3f} cores, {:.1f} threads, {:.1f} MiB\n", room->cores / members,
                     static_cast<double>(room->at.threads) / members,
                     static_cast<double>(room->at.pssBytes.value_or(0)) / kMiB / members);
}

void appendPicture(std::string& out, const MemberFigures& member) {
  if (!member.picture || member.picture->frames == 0) return;
  out += fmt::format("picture as {} sees it: {} frames decoded, contrast {:.0f}, longest freeze {:.0f} ms\n",
                     member.name, member.picture->frames, std::sqrt(member.picture->lowestVariance),
                     member.picture->longestFreeze.count());
}

void appendDelay(std::string& out, const MemberFigures& member) {
  if (member.delay && !member.delay->series.empty()) {
    const DelayFigures& delay = *member.delay;
    const Spread all = spreadOf(valuesOf(delay.series));
    out += fmt::format(
        "delay of {} senders' frames as {} sees them: {:.1f} ms at the median, {:.1f} at p95, {:.1f} at "
        "most\n",
        delay.senders, member.name, all.median, all.p95, all.max);
    out += fmt::format(
        "  (the worst sender: {:.1f} and {:.1f}; decoding the mix takes {:.1f} more; {} tiles unread)\n",
        delay.worstMedianMs, delay.worstP95Ms, delay.decodeMs, delay.unread);
  }
  if (member.sound && !member.sound->delays.empty()) {
    const Spread all = spreadOf(valuesOf(member.sound->delays));
    out += fmt::format("delay of the sound as {} hears it: {:.1f} ms at the median of {}, {:.1f} to {:.1f}\n",
                       member.name, all.median, all.count, all.min, all.max);
  }
}

}  // namespace

LoadReport reportOf(const Options& options) {
  LoadReport report;
  gchar* const version = gst_version_string();
  report.gstreamer = version;
  g_free(version);
  report.url = options.url;
  report.room = options.room.value;
  report.obeysIngest = !options.ignoreIngest && !options.audioOnly;
  report.media = options.audioOnly ? "no video"
                                   : fmt::format("{} {}x{} at {} fps and {} kbit/s",
                                                 codecName(options.video.codec), options.video.width,
                                                 options.video.height, options.video.fps, options.video.kbps);
  report.audioOnly = options.audioOnly;
  report.talkers = std::min(options.talkers, options.participants);
  report.driftPpm = options.driftPpm;
  report.participants = options.participants;
  report.viewers = options.viewers;
  return report;
}

const ProcessUsage* busiestRoom(const LoadReport& report) {
  const ProcessUsage* busiest = nullptr;
  for (const ProcessUsage& usage : report.server) {
    if (usage.at.kind != "tessera-room") continue;
    if (!busiest || usage.cores > busiest->cores) busiest = &usage;
  }
  return busiest;
}

int failedMembers(const LoadReport& report) {
  return static_cast<int>(std::count_if(report.members.begin(), report.members.end(),
                                        [](const MemberFigures& m) { return !m.failure.empty(); }));
}

std::string tableOf(const LoadReport& report) {
  const int failed = failedMembers(report);
  std::string out = fmt::format("{} participants and {} viewers in {} at {}\n", report.participants,
                                report.viewers, report.room, report.url);
  out += fmt::format("each participant sends {}{}; {} talk; measured for {:.1f} s{}\n", report.media,
                     report.obeysIngest ? ", or less as the server asks for" : "", report.talkers,
                     report.measuredSeconds, report.interrupted ? " (interrupted)" : "");
  if (report.driftPpm != 0) out += fmt::format("their clocks run {:+} ppm fast\n", report.driftPpm);
  out += fmt::format("joined and got picture and sound: {} of {}\n\n", report.members.size() - failed,
                     report.members.size());
  out += fmt::format("{:<28}{:>9} {:>9} {:>9} {:>9}\n", "", "min", "median", "p95", "max");
  for (const ReportLine& line : timeLines()) appendLine(out, report, line, false);
  std::uint64_t incomplete = 0, lost = 0;
  for (const MemberFigures& member : report.members) {
    incomplete += member.video.incomplete;
    lost += member.video.lostPackets + member.audio.lostPackets;
  }
  if (report.measuredSeconds > 0) {
    for (const ReportLine& line : mediaLines()) appendLine(out, report, line, true);
    out += fmt::format("lost packets: {}, incomplete frames: {}\n", lost, incomplete);
    for (const MemberFigures& member : report.members) {
      appendPicture(out, member);
      appendDelay(out, member);
    }
    appendServer(out, report);
    out += fmt::format("tessera-load itself: {:.3f} cores, sends at most {:.0f} ms late\n", report.ownCores,
                       report.latestSend.count());
  }
  if (failed > 0) out += "\nfailed:\n";
  for (const MemberFigures& member : report.members)
    if (!member.failure.empty()) out += fmt::format("  {}: {}\n", member.name, member.failure);
  return out;
}

}  // namespace tessera::load
