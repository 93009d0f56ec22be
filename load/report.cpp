// SPDX-License-Identifier: Apache-2.0
#include "load/report.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "load/json_text.h"

namespace tessera::load {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

using Value = std::function<std::optional<double>(const MemberFigures&)>;

// One line of the report over all members; the ones without a value are left out.
struct Line {
  const char* title;
  const char* key;
  const char* unit;
  Value value;
};

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

const std::vector<Line>& timeLines() {
  static const std::vector<Line> lines{
      {"join to welcome", "welcomeMs", "ms", [](const auto& m) { return number(m.welcome); }},
      {"join to connected", "connectedMs", "ms", [](const auto& m) { return number(m.connected); }},
      {"join to first frame", "firstFrameMs", "ms", [](const auto& m) { return number(m.firstFrame); }},
  };
  return lines;
}

const std::vector<Line>& mediaLines() {
  static const std::vector<Line> lines{
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

std::string receivingJson(const ReceivingSample& sample) {
  const Receiving& r = sample.receiving;
  static constexpr const char* kLimits[] = {"none", "network", "device", "wish"};
  return JsonObject()
      .add("at", sample.at.count() / 1000)
      .add("level", r.level)
      .add("levels", sample.levels)
      .add("width", r.picture.width)
      .add("height", r.picture.height)
      .add("fps", r.picture.fps)
      .add("kbps", r.kbps)
      .add("limit", kLimits[static_cast<int>(r.limit)])
      .text();
}

std::string ingestJson(const IngestSample& sample) {
  return JsonObject()
      .add("at", sample.at.count() / 1000)
      .add("width", sample.asked.width)
      .add("height", sample.asked.height)
      .add("fps", sample.asked.fps)
      .add("kbps", sample.asked.kbps)
      .text();
}

std::string secondsJson(const std::vector<SecondFigures>& seconds) {
  int at = 0;
  return jsonArray(seconds, [&at](const SecondFigures& s) {
    return JsonObject()
        .add("at", at++)
        .add("frames", s.frames)
        .add("keyframes", s.keyframes)
        .add("incomplete", s.incomplete)
        .add("lost", s.lost)
        .add("kbps", static_cast<double>(s.bytes) * 8 / 1000)
        .add("gapMs", s.gap.count())
        .add("audioPackets", s.audioPackets)
        .add("audioLost", s.audioLost)
        .add("audioKbps", static_cast<double>(s.audioBytes) * 8 / 1000)
        .text();
  });
}

Spread spreadOfLine(const LoadReport& report, const Line& line, bool needsMedia) {
  std::vector<double> values;
  for (const MemberFigures& member : report.members) {
    if (needsMedia && !member.firstFrame) continue;  // would only repeat that it failed
    if (const auto value = line.value(member)) values.push_back(*value);
  }
  return spreadOf(std::move(values));
}

void appendLine(std::string& out, const LoadReport& report, const Line& line, bool needsMedia) {
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

std::vector<double> valuesOf(const std::vector<DelaySample>& samples) {
  std::vector<double> values;
  for (const DelaySample& sample : samples) values.push_back(sample.ms);
  return values;
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

std::string spreadJson(const Spread& s) {
  JsonObject spread;
  spread.add("count", s.count);
  if (s.count > 0) spread.add("min", s.min).add("median", s.median).add("p95", s.p95).add("max", s.max);
  return spread.text();
}

// How the delays go on, for what drifts: a spread for each minute.
std::string minutesJson(const std::vector<DelaySample>& series) {
  std::vector<std::vector<double>> minutes;
  for (const DelaySample& sample : series) {
    const auto minute = static_cast<std::size_t>(std::max(0.0, sample.at.count() / 60000));
    if (minutes.size() <= minute) minutes.resize(minute + 1);
    minutes[minute].push_back(sample.ms);
  }
  return jsonArray(minutes, [](const std::vector<double>& values) { return spreadJson(spreadOf(values)); });
}

// The most that two delays in a row differ: a skip or a stop in the sound.
double largestStep(const std::vector<DelaySample>& series) {
  double largest = 0;
  for (std::size_t i = 1; i < series.size(); ++i)
    largest = std::max(largest, std::abs(series[i].ms - series[i - 1].ms));
  return largest;
}

void addDelays(JsonObject& object, const MemberFigures& m) {
  if (m.delay) {
    object.raw("delay", JsonObject()
                            .raw("ms", spreadJson(spreadOf(valuesOf(m.delay->series))))
                            .add("senders", m.delay->senders)
                            .add("worstMedianMs", m.delay->worstMedianMs)
                            .add("worstP95Ms", m.delay->worstP95Ms)
                            .add("decodeMs", m.delay->decodeMs)
                            .add("unread", m.delay->unread)
                            .raw("minutes", minutesJson(m.delay->series))
                            .text());
  }
  if (m.sound) {
    object.raw("sound", JsonObject()
                            .raw("ms", spreadJson(spreadOf(valuesOf(m.sound->delays))))
                            .add("largestStepMs", largestStep(m.sound->delays))
                            .raw("minutes", minutesJson(m.sound->delays))
                            .text());
  }
}

std::string memberJson(const MemberFigures& m) {
  JsonObject object;
  object.add("name", m.name).add("viewer", m.viewer).add("failure", m.failure);
  for (const Line& line : timeLines()) object.add(line.key, line.value(m));
  for (const Line& line : mediaLines()) object.add(line.key, line.value(m));
  object.add("frames", m.video.frames)
      .add("incompleteFrames", m.video.incomplete)
      .add("lostVideoPackets", m.video.lostPackets)
      .add("lostAudioPackets", m.audio.lostPackets)
      .add("keyframes", m.video.keyframes)
      .add("keyframesSinceJoin", m.keyframesSinceJoin)
      .add("offers", m.offers)
      .raw("receiving", jsonArray(m.receiving, receivingJson))
      .raw("ingest", jsonArray(m.ingest, ingestJson))
      .raw("seconds", secondsJson(m.seconds));
  if (m.picture) {
    object.raw("picture", JsonObject()
                              .add("frames", m.picture->frames)
                              .add("lowestVariance", m.picture->lowestVariance)
                              .add("longestFreezeMs", m.picture->longestFreeze.count())
                              .text());
  }
  addDelays(object, m);
  return object.text();
}

std::string processJson(const ProcessUsage& usage) {
  return JsonObject()
      .add("kind", usage.at.kind)
      .add("pid", usage.at.pid)
      .add("cores", usage.cores)
      .add("threads", usage.at.threads)
      .add("pssBytes", usage.at.pssBytes)
      .add("openFiles", usage.at.openFiles)
      .text();
}

void addSpreads(JsonObject& object, const LoadReport& report, const std::vector<Line>& lines,
                bool needsMedia) {
  for (const Line& line : lines) {
    object.raw(line.key, spreadJson(spreadOfLine(report, line, needsMedia)));
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
  for (const Line& line : timeLines()) appendLine(out, report, line, false);
  std::uint64_t incomplete = 0, lost = 0;
  for (const MemberFigures& member : report.members) {
    incomplete += member.video.incomplete;
    lost += member.video.lostPackets + member.audio.lostPackets;
  }
  if (report.measuredSeconds > 0) {
    for (const Line& line : mediaLines()) appendLine(out, report, line, true);
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

std::string jsonOf(const LoadReport& report) {
  JsonObject object;
  object.add("gstreamer", report.gstreamer)
      .add("url", report.url)
      .add("room", report.room)
      .add("media", report.media)
      .add("participants", report.participants)
      .add("viewers", report.viewers)
      .add("talkers", report.talkers)
      .add("audioOnly", report.audioOnly)
      .add("obeysIngest", report.obeysIngest)
      .add("driftPpm", report.driftPpm)
      .add("failed", failedMembers(report))
      .add("measuredFromUnixMs", report.measuredFromUnixMs)
      .add("measuredSeconds", report.measuredSeconds)
      .add("interrupted", report.interrupted);
  addSpreads(object, report, timeLines(), false);
  addSpreads(object, report, mediaLines(), true);
  if (const ProcessUsage* room = busiestRoom(report)) object.raw("roomProcess", processJson(*room));
  object.raw("serverProcesses", jsonArray(report.server, processJson))
      .add("serverNote", report.serverNote)
      .add("loadCores", report.ownCores)
      .add("latestSendMs", report.latestSend.count())
      .raw("tiles", jsonArray(report.tiles,
                              [](const Tile& tile) {
                                return fmt::format("[{},{},{},{}]", tile.x, tile.y, tile.width, tile.height);
                              }))
      .raw("members", jsonArray(report.members, memberJson));
  return object.text() + "\n";
}

}  // namespace tessera::load
