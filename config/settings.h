// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "room/media_room.h"

namespace tessera::config {

struct Listen {
  std::vector<std::string> addresses{"127.0.0.1:8080"};  // "host:port" or "[v6]:port"
  std::string tlsCertificateFile;                        // PEM; both or neither
  std::string tlsKeyFile;
  bool tlsSelfSigned = false;
  std::vector<std::string> allowedOrigins;  // empty: same origin only; "*": any
  bool trustForwardedFor = false;           // behind a reverse proxy on loopback
};

struct Media {
  std::vector<std::string>
      gather;  // addresses or interface names; empty: as `listen` (loopback only if that is)
  std::vector<std::string> announced;  // NAT 1:1
  int minUdpPort = 0, maxUdpPort = 0;
  std::string stunServer;                // given to clients and used by the server: "stun:host:port"
  std::vector<std::string> turnServers;  // given to clients: "turn:host:port?transport=udp"
  std::string turnSecret;                // TURN REST shared secret (or turn_secret_file)
  std::chrono::seconds turnTtl{3600};
};

// What happens when somebody shares a screen while another does.
enum class SecondScreen { takeOver, refuse };

// Among the codecs that a participant can decode: the one that is in use already, or the one that they decode
// in hardware, whatever that costs the server.
enum class PreferCodec { shared, hardware };

enum class Record { never, always };

// Section recording; its `mark` is Look::recordingMark.
struct Recording {
  Record record = Record::never;  // always: from the first to join to the last to leave
  RecordingFormats formats;
};

// Section program. 0: as the canvas.
struct Program {
  int height = 0;  // pixels, even; the width follows from the canvas' shape
  int fps = 0;
  int videoKbps = 2500;
  int audioKbps = 128;
};

// Section live: what leaves each room by itself.
struct Live {
  std::vector<std::string> rtmp;  // "rtmp://…" or "rtmps://…", with stream keys: secret
  bool hls = false;
};

// Of every room but for what its template says otherwise: the sections room, picture, sound, screen,
// recording, program and live.
struct Room {
  CanvasSettings canvas;
  int videoKbps = 1500;         // of the top rung, without `rungs`
  std::vector<RungSpec> rungs;  // top first; empty: the usual ones (ladderOf)
  int maxHeight = 0;            // of the picture that anybody gets; 0: any
  int audioKbps = 40;
  std::vector<VideoCodec> codecs{VideoCodec::vp8, VideoCodec::h264};  // in order of preference
  PreferCodec prefer = PreferCodec::shared;
  int maxTalkers = 6;
  std::chrono::seconds emptyTimeout{10};   // an empty room ends after this
  std::chrono::seconds resumeTimeout{30};  // how long a participant without a WebSocket keeps the place
  Look look;
  SoundSettings sound;
  SecondScreen secondScreen = SecondScreen::takeOver;
  Recording recording;
  Program program;
  Live live;
};

// Rooms that differ. One applies to the rooms whose name fits one of its patterns, or by its name.
struct Template {
  std::string name;
  std::vector<std::string> rooms;  // "*" stands for any characters, "?" for one
  Room room;                       // complete: what it does not say is as in Settings::room
};
inline constexpr std::size_t kMaxCustomLayouts = 16;

struct Recordings {
  std::string directory;                          // empty: "recordings" in the state directory
  std::string name{"{date}-{time}-{room}-{id}"};  // of the files; all of these stand for something
  int quotaGb = 0;                                // of the directory, 10^9 bytes; 0: none
  int minFreeGb = 1;                              // of its file system, below which nothing is recorded
  int retentionDays = 0;                          // after which a complete one is deleted; 0: never
  std::string webhook;                            // "http(s)://…", may hold a secret; POST when one is over
  std::string command;                            // the path of a program, run when one is over
};

// What the HTTP API may send to and take from: patterns of room/url_rules.h. Nothing when empty.
struct Outputs {
  std::vector<std::string> allow;
  std::string hlsDirectory;  // empty: "hls" in the runtime directory, or else in the state directory
};
struct Sources {
  std::vector<std::string> allow;
  std::string filesDirectory;  // what "file:" may name is below it; empty: nothing
};

// One [[source]]: takes part in the rooms whose name fits one of the patterns.
struct Source {
  std::vector<std::string> rooms;
  std::string name;
  std::string url;  // may hold a password: secret
  bool loop = false;
};
inline constexpr std::size_t kMaxSources = 64;

struct Limits {
  int rooms = 100;
  int participantsPerRoom = 100;
  int connectionsPerAddress = 100;
  int messagesPerSecond = 50;
};

struct Api {
  std::string token;  // bearer token for POST, PATCH, DELETE (or token_file); empty: these are off
};

struct Log {
  tessera::log::Level level = tessera::log::Level::info;
  tessera::log::Format format = tessera::log::Format::text;
};

struct Server {
  std::string stateDir;     // keeps the resume-token key across restarts; empty: $STATE_DIRECTORY, else
                            // $XDG_STATE_HOME/tessera
  std::string roomProgram;  // path of tessera-room; empty: beside this program
  std::string postProgram;  // path of tessera-post; the same
  bool warmSpare = true;
};

struct Settings {
  Listen listen;
  Media media;
  Room room;
  std::vector<Template> templates;  // in the order of the file
  Recordings recordings;
  Outputs outputs;
  Sources sources;
  std::vector<Source> roomSources;  // in the order of the file
  Limits limits;
  Api api;
  Log log;
  Server server;
};

// Reads a TOML file. Every error names file, line, column, key, what was expected, and for an unknown key
// the nearest known one; all errors of a file are reported together, one per line.
// Environment variables override: TESSERA_LISTEN_ADDRESSES, TESSERA_LOG_LEVEL, …(section_key, upper case).
[[nodiscard]] Result<Settings> load(const std::string& file);
[[nodiscard]] Result<Settings> defaults();  // no file: the defaults and the environment

// The template of that name, or without one the first that has a pattern for the room; `room` itself,
// nameless, when there is none. An error when there is no such name.
[[nodiscard]] Result<Template> templateFor(const Settings& settings, const RoomId& room,
                                           const std::string& name);

// How a room's picture is encoded, top first: as configured, or else the canvas and what is usual below it.
std::vector<RungSpec> ladderOf(const Room& room);

// The program's picture and sound: as configured, or else the canvas.
ProgramSettings programOf(const Room& room);

// The [[source]]s that take part in a room.
std::vector<Source> sourcesOf(const Settings& settings, const RoomId& room);

// The effective settings as TOML, secrets only as (set).
std::string describe(const Settings& settings);

}  // namespace tessera::config
