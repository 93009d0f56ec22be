// SPDX-License-Identifier: Apache-2.0
#include "examples.h"

#include <fstream>
#include <iterator>
#include <sstream>

namespace tessera::wire {
namespace {

std::string fileText(const std::string& path) {
  std::ifstream file(std::string(TESSERA_SOURCE) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

const PeerKey kPeer{{"k3v9x0q2m7ab"}, "main", 3};

}  // namespace

std::string protocolText() {
  return fileText("signaling/PROTOCOL.md");
}
std::string limitsText() {
  return fileText("src/wire/limits.h");
}

std::vector<Example> protocolExamples() {
  std::vector<Example> examples;
  std::istringstream text(protocolText());
  std::string line, chapter, heading;
  bool inside = false;
  while (std::getline(text, line)) {
    if (!inside && line.starts_with("## ")) {
      chapter = line.substr(3);
      heading.clear();
    } else if (!inside && line.starts_with("### ")) {
      heading = line.substr(4);
    } else if (!inside && line == "```json") {
      inside = true;
      examples.push_back({chapter, heading, {}});
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      examples.back().json += line + "\n";
    }
  }
  return examples;
}

std::vector<ToRoom> toRoomExamples() {
  RoomSettings room;
  room.room = {"standup"};
  room.canvas = {640, 360, 15};
  room.rungs = {{360, 15, 800, 400}, {180, 0, 50, 50}};
  room.audioKbps = 32;
  room.maxTalkers = 4;
  room.maxParticipants = 25;
  room.look.layout = LayoutKind::custom;
  room.look.customLayout = "stage";
  room.look.customLayouts = {{"stage", {{0.1, 0, 0.75, 1.0 / 3, RegionRule::screen, 2, TileFit::fit}, {}}},
                             {"empty", {}}};
  room.look.speakerAbove = 4;
  room.look.maxTiles = 16;
  room.look.fit = TileFit::fill;
  room.look.gap = 0;
  room.look.cornerRadius = 3;
  room.look.glideMs = 0;
  room.look.background = {255, 0, 7};
  room.look.backgroundImage = "/srv/back ground.png";
  room.look.logo = "/srv/logo.png";
  room.look.logoCorner = Corner::bottomLeft;
  room.look.logoPercent = 25;
  room.look.names = false;
  room.look.highContrast = true;
  room.look.recordingMark = false;
  room.sound = {true, false, true};
  room.program = {640, 360, 15, 900, 96};
  room.gatherAddresses = {"127.0.0.1", "::1"};
  room.announcedAddresses = {"203.0.113.1"};
  room.minUdpPort = 40000;
  room.maxUdpPort = 40999;
  room.stunServer = "stun://example.org:3478";
  return {BindRoom{room},
          AddPeer{{kPeer, "Ada „L“", VideoCodec::h264, true, true, true, 2}},
          SetAnswer{kPeer, "v=0\r\n"},
          AddCandidate{kPeer, {1, "candidate:1 1 UDP 1 192.0.2.1 5 typ host"}},
          UpdatePeer{{kPeer.participant, true, false, true, true, 3}},
          UpdatePeer{{kPeer.participant, {}, true, {}}},
          SetLayout{{LayoutKind::custom, "stage", {kPeer.participant}}},
          ReportStats{kPeer.participant, {2.5, 60, 3, 1, 12}},
          RemovePeer{kPeer},
          StartRecording{{{"rec1"},
                          "/srv/recordings/.work/rec1",
                          2,
                          {RecordingFormat::webm, RecordedVideo::copy, SoundCodec::opus, true},
                          true}},
          ControlRecording{{"rec1"}, RecordingAction::pause},
          StartOutput{{{"out1"}, OutputKind::rtmp, "rtmps://live.example.org/app/key"}},
          StopOutput{{"out1"}},
          AddSource{{kPeer.participant, "Camera „1“", "rtsp://192.0.2.1/cam", true}},
          RemoveSource{kPeer.participant},
          CloseRoom{}};
}

std::vector<FromRoom> fromRoomExamples() {
  RoomHealth health;
  health.videoTicks = 1'000'000'000'000;
  health.audioTicks = 2;
  health.missedVideoTicks = 3;
  health.missedAudioTicks = 11;
  health.degradation = Degradation::size;
  health.peers = 4;
  health.hungTeardowns = 5;
  health.threads = 6;
  health.cpuSeconds = 7.25;
  health.pssBytes = 8'000'000'000;
  health.videoEncoders = 9;
  health.audioEncoders = 10;
  const Error why{ErrorCode::mediaFailed, "ICE failed\n\"quoted\""};
  return {SpareReady{"0.1.0"},
          PeerOffer{kPeer, "v=0\r\n"},
          PeerCandidate{kPeer, {0, ""}},
          PeerStateChanged{kPeer, PeerState::connected, {}},
          PeerStateChanged{kPeer, PeerState::failed, why},
          PeerErrorReport{kPeer, {ErrorCode::badSdp, "m=2"}},
          PictureChanged{{{640, 360, 15}, LayoutKind::speaker, {{kPeer.participant, "main", 2, 4, 6, 8}}, 3}},
          ConnectionQuality{kPeer, true},
          ReceivingChanged{kPeer, {1, {640, 360, 30}, 500, ReceivingLimit::network}},
          IngestChanged{kPeer, {320, 180, 15, 200}},
          Speaking{{{kPeer.participant, -20, true, true}}},
          RecordingChanged{{{"rec1"}, RecordingPhase::paused, 1000, 2'000'000'000'000, {}}},
          RecordingChanged{{{"rec1"}, RecordingPhase::failed, 1, 2, why}},
          OutputChanged{{{"out1"}, OutputPhase::live, 2500, 3, 1, 120, {}}},
          OutputChanged{{{"out1"}, OutputPhase::waiting, 0, 3, 2, 0, why}},
          SourceChanged{{kPeer.participant, SourcePhase::playing, true, false, 1, {}}},
          SourceChanged{{kPeer.participant, SourcePhase::failed, false, false, 2, why}},
          Heartbeat{health},
          RoomFailed{why}};
}

}  // namespace tessera::wire
