// SPDX-License-Identifier: Apache-2.0
#include "load/churn_report.h"

#include <algorithm>

#include "load/json_text.h"

namespace tessera::load {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

std::string nameOf(const ProcessSample& process) {
  return fmt::format("{} ({})", process.kind, process.pid);
}

void compareCounts(const ProcessSample& first, const ProcessSample& last, std::vector<std::string>& grown) {
  if (last.threads > first.threads + kMoreThreads)
    grown.push_back(fmt::format("{}: {} threads, then {}", nameOf(first), first.threads, last.threads));
  if (first.openFiles && last.openFiles && *last.openFiles > *first.openFiles + kMoreFiles)
    grown.push_back(
        fmt::format("{}: {} open files, then {}", nameOf(first), *first.openFiles, *last.openFiles));
}

void compareMemory(const ProcessSample& half, const ProcessSample& last, std::vector<std::string>& grown) {
  if (!half.pssBytes || !last.pssBytes) return;
  const auto more = *last.pssBytes - *half.pssBytes;
  const auto allowed = static_cast<std::int64_t>(kMorePss * static_cast<double>(*half.pssBytes));
  if (more <= std::max(kMorePssBytes, allowed)) return;
  grown.push_back(fmt::format("{}: {:.1f} MiB at half time, then {:.1f} MiB", nameOf(half),
                              static_cast<double>(*half.pssBytes) / kMiB,
                              static_cast<double>(*last.pssBytes) / kMiB));
}

const ProcessSample* find(const ChurnSample& sample, pid_t pid) {
  for (const ProcessSample& process : sample.processes)
    if (process.pid == pid) return &process;
  return nullptr;
}

// The room that we were in is the one that worked; others may come and go as they like.
const ProcessSample* ourRoom(const ChurnSample& first, const ChurnSample& last) {
  const ProcessSample* busiest = nullptr;
  double most = -1;
  for (const ProcessSample& process : last.processes) {
    const ProcessSample* before = find(first, process.pid);
    const double spent = process.cpuSeconds - (before ? before->cpuSeconds : 0);
    if (process.kind != "tessera-room" || spent <= most) continue;
    busiest = &process;
    most = spent;
  }
  return busiest;
}

std::string sampleJson(const ChurnSample& sample) {
  return JsonObject()
      .add("round", sample.round)
      .raw("processes", jsonArray(sample.processes,
                                  [](const ProcessSample& process) {
                                    return JsonObject()
                                        .add("kind", process.kind)
                                        .add("pid", process.pid)
                                        .add("threads", process.threads)
                                        .add("openFiles", process.openFiles)
                                        .add("pssBytes", process.pssBytes)
                                        .add("cpuSeconds", process.cpuSeconds)
                                        .text();
                                  }))
      .text();
}

}  // namespace

std::vector<std::string> growthOf(const ChurnReport& report) {
  std::vector<std::string> grown;
  if (report.samples.size() < 2) return grown;
  const ChurnSample &first = report.samples.front(), &last = report.samples.back();
  const int halfTime = std::max(kFirstMemoryRound, last.round / 2);
  const auto half = std::find_if(report.samples.begin(), report.samples.end(),
                                 [&](const ChurnSample& sample) { return sample.round >= halfTime; });
  const auto compare = [&](const ProcessSample& before, const ProcessSample& after) {
    compareCounts(before, after, grown);
    if (half == report.samples.end()) return;
    if (const ProcessSample* then = find(*half, after.pid)) compareMemory(*then, after, grown);
  };
  for (const ProcessSample& before : first.processes) {
    if (before.kind == "tessera-room") continue;
    if (const ProcessSample* after = find(last, before.pid)) {
      compare(before, *after);
    } else {
      grown.push_back(nameOf(before) + " is gone");
    }
  }
  if (const ProcessSample* room = ourRoom(first, last)) {
    if (const ProcessSample* before = find(first, room->pid)) {
      compare(*before, *room);
    } else {
      grown.push_back(nameOf(*room) + " took the place of another");
    }
  }
  return grown;
}

bool passed(const ChurnReport& report) {
  return report.failures.empty() && growthOf(report).empty() &&
         (report.interrupted || report.rounds == report.wantedRounds);
}

std::string tableOf(const ChurnReport& report) {
  std::string out = fmt::format("{} of {} rounds of {} members in {} at {}{}\n", report.rounds,
                                report.wantedRounds, report.membersPerRound, report.room, report.url,
                                report.interrupted ? " (interrupted)" : "");
  const Spread first = spreadOf(report.firstFrameMs);
  out += fmt::format(
      "join to first decoded frame: {:.0f} ms at the median of {}, {:.0f} at p95, {:.0f} at most\n",
      first.median, first.count, first.p95, first.max);
  if (!report.serverNote.empty()) out += fmt::format("server: {}\n", report.serverNote);
  if (!report.samples.empty())
    out += fmt::format("\n{:>6}  {:<16}{:>9}{:>9}{:>9}{:>9}\n", "round", "process", "pid", "threads", "files",
                       "PSS MiB");
  for (const ChurnSample& sample : report.samples) {
    for (const ProcessSample& process : sample.processes) {
      out += fmt::format("{:>6}  {:<16}{:>9}{:>9}{:>9}{:>9.1f}\n", sample.round, process.kind, process.pid,
                         process.threads, process.openFiles.value_or(-1),
                         static_cast<double>(process.pssBytes.value_or(0)) / kMiB);
    }
  }
  for (const std::string& failure : report.failures) out += fmt::format("failed: {}\n", failure);
  for (const std::string& growth : growthOf(report)) out += fmt::format("grown: {}\n", growth);
  if (passed(report) && report.samples.size() > 1) out += "nothing grew\n";
  return out;
}

std::string jsonOf(const ChurnReport& report) {
  const Spread first = spreadOf(report.firstFrameMs);
  const auto text = [](const std::string& item) { return jsonString(item); };
  return JsonObject()
             .add("url", report.url)
             .add("room", report.room)
             .add("rounds", report.rounds)
             .add("wantedRounds", report.wantedRounds)
             .add("membersPerRound", report.membersPerRound)
             .add("interrupted", report.interrupted)
             .add("joins", first.count)
             .add("firstFrameMsMedian", first.median)
             .add("firstFrameMsP95", first.p95)
             .add("passed", passed(report))
             .raw("failures", jsonArray(report.failures, text))
             .raw("grown", jsonArray(growthOf(report), text))
             .raw("samples", jsonArray(report.samples, sampleJson))
             .add("serverNote", report.serverNote)
             .text() +
         "\n";
}

}  // namespace tessera::load
