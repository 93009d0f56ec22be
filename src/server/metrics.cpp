// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "wire/common_fields.h"

namespace tessera::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric sample(MetricType type, double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return metric;
}

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  return {name, help, type, {sample(type, value)}};
}

template <class Map, class Name>
MetricFamily byLabel(const char* name, const char* help, const char* label, const Map& values, Name nameOf) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [key, count] : values)
    family.metric.push_back(
        sample(MetricType::Counter, static_cast<double>(count), {{label, std::string(nameOf(key))}}));
  return family;
}

MetricFamily perRoom(const char* name, const char* help, MetricType type,
                     const std::vector<RoomSample>& rooms,
                     const std::function<double(const RoomSample&)>& value) {
  MetricFamily family{name, help, type, {}};
  for (const RoomSample& room : rooms)
    family.metric.push_back(sample(type, value(room), {{"room", room.room.value}}));
  return family;
}

void addServer(std::vector<MetricFamily>& families, const Metrics& metrics) {
  const auto same = [](const std::string& key) { return key; };
  const auto& connections = metrics.connections;
  families.push_back(byLabel("tessera_joins_total", "Joins by result.", "result", metrics.joins, same));
  families.push_back(byLabel("tessera_room_process_deaths_total", "Room processes that died or were killed.",
                             "cause", metrics.roomDeaths, same));
  families.push_back(single("tessera_room_process_respawns_total", "Room processes started again.",
                            MetricType::Counter, static_cast<double>(metrics.roomRespawns)));
  families.push_back(single("tessera_participants_barred_total",
                            "Participants barred because their media brought the room down.",
                            MetricType::Counter, static_cast<double>(metrics.barred)));
  families.push_back(
      single("tessera_websocket_connections", "Open WebSockets.", MetricType::Gauge, connections.webSockets));
  families.push_back(single("tessera_messages_received_total", "Messages from clients.", MetricType::Counter,
                            static_cast<double>(connections.messagesIn)));
  families.push_back(byLabel("tessera_errors_sent_total", "Error messages to clients.", "code",
                             connections.errorsOut, wireName));
  families.push_back(byLabel("tessera_connections_refused_total", "WebSockets refused before the upgrade.",
                             "code", connections.refusedConnections, wireName));
  families.push_back(byLabel("tessera_connections_dropped_total", "WebSockets cut off.", "reason",
                             connections.droppedConnections, same));
}

MetricFamily layouts(const std::vector<RoomSample>& rooms) {
  MetricFamily family{"tessera_room_layout", "1 for the layout that is shown.", MetricType::Gauge, {}};
  for (const RoomSample& room : rooms)
    if (room.layout)
      family.metric.push_back(
          sample(MetricType::Gauge, 1,
                 {{"room", room.room.value}, {"layout", std::string(wire::enumName(*room.layout))}}));
  return family;
}

MetricFamily receivers(const std::vector<RoomSample>& rooms) {
  MetricFamily family{"tessera_room_receivers",
                      "Who is sent the mix, by level of the picture: 0 the best, the last one sound alone.",
                      MetricType::Gauge,
                      {}};
  for (const RoomSample& room : rooms)
    for (std::size_t level = 0; level < room.receivers.size(); ++level)
      family.metric.push_back(sample(MetricType::Gauge, room.receivers[level],
                                     {{"room", room.room.value}, {"level", std::to_string(level)}}));
  return family;
}

MetricFamily limits(const std::vector<RoomSample>& rooms) {
  MetricFamily family{"tessera_room_receivers_limited",
                      "Who is sent the mix, by what keeps them from the best level.",
                      MetricType::Gauge,
                      {}};
  for (const RoomSample& room : rooms)
    for (const auto& [limit, name] : wire::EnumNames<ReceivingLimit>::names) {
      const auto count = room.limits.find(limit);
      family.metric.push_back(sample(MetricType::Gauge, count == room.limits.end() ? 0 : count->second,
                                     {{"room", room.room.value}, {"limit", std::string(name)}}));
    }
  return family;
}

// One family of a value of each live output.
void addOutputs(std::vector<MetricFamily>& families, const std::vector<RoomSample>& rooms, const char* name,
                const char* help, MetricType type, const std::function<double(const OutputStatus&)>& value) {
  MetricFamily family{name, help, type, {}};
  for (const RoomSample& room : rooms)
    for (const wire::OutputInfo& output : room.outputs)
      family.metric.push_back(sample(type, value(output.status),
                                     {{"room", room.room.value},
                                      {"output", output.status.id.value},
                                      {"kind", std::string(wire::enumName(output.kind))}}));
  families.push_back(std::move(family));
}

MetricFamily sources(const std::vector<RoomSample>& rooms) {
  MetricFamily family{"tessera_room_sources", "Sources by state.", MetricType::Gauge, {}};
  for (const RoomSample& room : rooms)
    for (const auto& [phase, name] : wire::EnumNames<SourcePhase>::names) {
      const auto count =
          std::count_if(room.sources.begin(), room.sources.end(),
                        [wanted = phase](const auto& each) { return each.status.phase == wanted; });
      family.metric.push_back(sample(MetricType::Gauge, static_cast<double>(count),
                                     {{"room", room.room.value}, {"state", std::string(name)}}));
    }
  return family;
}

void addLive(std::vector<MetricFamily>& families, const std::vector<RoomSample>& rooms) {
  addOutputs(families, rooms, "tessera_output_live", "1 while a live output is up.", MetricType::Gauge,
             [](const OutputStatus& s) { return s.phase == OutputPhase::live ? 1 : 0; });
  addOutputs(families, rooms, "tessera_output_kbps", "What a live output has sent over the last seconds.",
             MetricType::Gauge, [](const OutputStatus& s) { return s.kbps; });
  addOutputs(families, rooms, "tessera_output_delay_seconds", "From the mix to what has been handed over.",
             MetricType::Gauge, [](const OutputStatus& s) { return s.delayMs / 1000.0; });
  addOutputs(families, rooms, "tessera_output_frames_dropped_total",
             "Frames left out for the slowness of the destination.", MetricType::Counter,
             [](const OutputStatus& s) { return static_cast<double>(s.framesDropped); });
  addOutputs(families, rooms, "tessera_output_reconnects_total", "Times that a live output began anew.",
             MetricType::Counter, [](const OutputStatus& s) { return s.reconnects; });
  families.push_back(sources(rooms));
}

void addRooms(std::vector<MetricFamily>& families, const std::vector<RoomSample>& rooms) {
  const auto gauge = [&](const char* name, const char* help, auto value) {
    families.push_back(perRoom(name, help, MetricType::Gauge, rooms,
                               [value](const RoomSample& r) { return static_cast<double>(value(r)); }));
  };
  const auto counter = [&](const char* name, const char* help, auto value) {
    families.push_back(perRoom(name, help, MetricType::Counter, rooms,
                               [value](const RoomSample& r) { return static_cast<double>(value(r)); }));
  };
  gauge("tessera_participants", "Participants.", [](const RoomSample& r) { return r.participants; });
  gauge("tessera_room_screens", "Shared screens.", [](const RoomSample& r) { return r.screens; });
  families.push_back(layouts(rooms));
  families.push_back(receivers(rooms));
  families.push_back(limits(rooms));
  addLive(families, rooms);
  gauge("tessera_room_degradation",
        "What is given up for want of time: 0 nothing, 1 frame rate, 2 size, 3 further senders.",
        [](const RoomSample& r) { return static_cast<int>(r.health.degradation); });
  counter("tessera_room_cpu_seconds_total", "Processor time of the present room process.",
          [](const RoomSample& r) { return r.health.cpuSeconds; });
  gauge("tessera_room_pss_bytes", "Proportional memory of the room process.",
        [](const RoomSample& r) { return r.health.pssBytes; });
  gauge("tessera_room_threads", "Threads of the room process.",
        [](const RoomSample& r) { return r.health.threads; });
  counter("tessera_room_video_ticks_total", "Ticks of the video mixer.",
          [](const RoomSample& r) { return r.health.videoTicks; });
  counter("tessera_room_audio_ticks_total", "Ticks of the audio mixer.",
          [](const RoomSample& r) { return r.health.audioTicks; });
  counter("tessera_room_video_ticks_missed_total", "Ticks that the video mixer missed.",
          [](const RoomSample& r) { return r.health.missedVideoTicks; });
  counter("tessera_room_audio_ticks_missed_total", "Ticks that the audio mixer missed.",
          [](const RoomSample& r) { return r.health.missedAudioTicks; });
  gauge("tessera_room_video_encoders", "Video encoders running.",
        [](const RoomSample& r) { return r.health.videoEncoders; });
  gauge("tessera_room_audio_encoders", "Audio encoders running.",
        [](const RoomSample& r) { return r.health.audioEncoders; });
  gauge("tessera_room_hung_teardowns", "Connections whose teardown hangs.",
        [](const RoomSample& r) { return r.health.hungTeardowns; });
}

void addRecordings(std::vector<MetricFamily>& families, const RecordingSample& recordings) {
  MetricFamily states{"tessera_recordings", "Recordings by state.", MetricType::Gauge, {}};
  for (const auto& [state, name] : wire::EnumNames<wire::RecordingState>::names) {
    const auto count = recordings.byState.find(state);
    states.metric.push_back(sample(MetricType::Gauge, count == recordings.byState.end() ? 0 : count->second,
                                   {{"state", std::string(name)}}));
  }
  families.push_back(std::move(states));
  const auto gauge = [&](const char* name, const char* help, std::int64_t value) {
    families.push_back(single(name, help, MetricType::Gauge, static_cast<double>(value)));
  };
  gauge("tessera_recordings_bytes", "What the recordings take on the disk.", recordings.usedBytes);
  gauge("tessera_recordings_free_bytes", "What their disk has left.", recordings.freeBytes);
  gauge("tessera_recordings_quota_bytes", "What they may take; 0: no limit.", recordings.quotaBytes);
  families.push_back(single("tessera_recording_post_failures_total", "Runs of tessera-post that failed.",
                            MetricType::Counter, static_cast<double>(recordings.postFailures)));
}

}  // namespace

std::string metricsText(const Metrics& metrics, const std::vector<RoomSample>& rooms,
                        const RecordingSample& recordings, double startSeconds) {
  std::vector<MetricFamily> families;
  families.push_back(single("process_start_time_seconds", "Start of the server, Unix time.",
                            MetricType::Gauge, startSeconds));
  families.push_back(single("tessera_rooms", "Rooms.", MetricType::Gauge, static_cast<double>(rooms.size())));
  addServer(families, metrics);
  addRooms(families, rooms);
  addRecordings(families, recordings);
  return static_cast<const prometheus::Serializer&>(prometheus::TextSerializer()).Serialize(families);
}

}  // namespace tessera::server
