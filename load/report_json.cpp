// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "load/json_text.h"
#include "load/report.h"
#include "load/report_lines.h"

namespace tessera::load {
namespace {

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
  for (const ReportLine& line : timeLines()) object.add(line.key, line.value(m));
  for (const ReportLine& line : mediaLines()) object.add(line.key, line.value(m));
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

void addSpreads(JsonObject& object, const LoadReport& report, const std::vector<ReportLine>& lines,
                bool needsMedia) {
  for (const ReportLine& line : lines) {
    object.raw(line.key, spreadJson(spreadOfLine(report, line, needsMedia)));
  }
}

}  // namespace

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
