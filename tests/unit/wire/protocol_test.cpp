// SPDX-License-Identifier: Apache-2.0
// signaling/PROTOCOL.md is the contract: what it shows must be what the code does.
#include <gtest/gtest.h>
#include <json-glib/json-glib.h>

#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "base/error.h"
#include "examples.h"
#include "wire/api_messages.h"
#include "wire/codec.h"
#include "wire/limits.h"
#include "wire/live_messages.h"
#include "wire/recording_messages.h"

namespace tessera::wire {
namespace {

struct FreeNode {
  void operator()(JsonNode* node) const { json_node_unref(node); }
};

// Whether two texts are the same JSON value, however they are written.
bool sameJson(const std::string& a, const std::string& b) {
  const std::unique_ptr<JsonNode, FreeNode> left(json_from_string(a.c_str(), nullptr));
  const std::unique_ptr<JsonNode, FreeNode> right(json_from_string(b.c_str(), nullptr));
  return left && right && json_node_equal(left.get(), right.get());
}

template <class Variant>
std::set<std::string_view> typesOf() {
  std::set<std::string_view> types;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (types.insert(typeName(Variant(std::in_place_index<I>))), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>());
  return types;
}

template <class Variant, class Decode>
void checkChapter(std::string_view chapter, Decode decode) {
  std::set<std::string_view> missing = typesOf<Variant>();
  for (const Example& example : protocolExamples()) {
    if (example.chapter != chapter) continue;
    const auto message = decode(example.json);
    ASSERT_TRUE(message.has_value()) << message.error().text << "\n" << example.json;
    EXPECT_EQ(typeName(*message), example.heading);
    EXPECT_TRUE(sameJson(encode(*message), example.json)) << encode(*message) << "\n" << example.json;
    missing.erase(typeName(*message));
  }
  for (const std::string_view type : missing) ADD_FAILURE() << chapter << ": no example of " << type;
}

TEST(Protocol, ShowsEveryMessageOfTheClient) {
  checkChapter<FromClient>("Client to server", decodeFromClient);
}

TEST(Protocol, ShowsEveryMessageOfTheServer) {
  checkChapter<ToClient>("Server to client", decodeToClient);
}

RoomDetails apiExample() {
  RoomDetails room;
  room.summary = {{"standup"}, RoomState::running, 1, 1'767'225'600'000};
  room.templateName = "music";
  const ParticipantId ada{"k3v9x0q2m7ab"};
  room.picture = Picture{room.canvas, LayoutKind::grid, {{ada, "main", 0, 0, 1280, 720}}, 0};
  const Receiving receiving{1, {640, 360, 30}, 500, ReceivingLimit::network};
  room.participants.push_back(
      {{ada, "Ada", Role::moderator, false, false, false, true}, -23, true, VideoCodec::h264, 0, receiving});
  room.processId = 4711;
  room.health = RoomHealth{900, 1500, 0, 0, Degradation::none, 1, 0, 21, 12.5, 73'400'320, 1, 2};
  return room;
}

constexpr std::int64_t kStartedAtMs = 1'767'225'600'000;

std::vector<RecordingInfo> recordingExamples() {
  const std::string track = "2026-01-01-0000-standup-4k2mz81x0qpd-k3v9x0q2m7ab.ogg";
  RecordingInfo complete{{"4k2mz81x0qpd"}, {"standup"}, RecordingState::complete, 1};
  complete.startedAtMs = kStartedAtMs;
  complete.durationMs = 1'800'000;
  complete.bytes = 594'300'000;
  complete.file = "2026-01-01-0000-standup-4k2mz81x0qpd.mp4";
  complete.tracks = {track};
  const auto link = [](const std::string& what) {
    return "/v1/recordings/4k2mz81x0qpd/" + what + "?expires=1767268800&signature=c2ln";
  };
  complete.links = RecordingLinks{link("file"), link("poster"), link("timeline"), {link("tracks/" + track)}};
  RecordingInfo running{{"a1b2c3d4e5f6"}, {"standup"}};
  running.formats = {RecordingFormat::ogg, RecordedVideo::program, SoundCodec::opus, false};
  running.startedAtMs = kStartedAtMs;
  running.durationMs = 61'000;
  running.bytes = 500'000;
  RecordingInfo failed{{"b1b2c3d4e5f6"}, {"all-hands"}, RecordingState::failed};
  failed.formats = {RecordingFormat::webm, RecordedVideo::copy, SoundCodec::opus, false};
  failed.startedAtMs = kStartedAtMs;
  failed.error = Error{ErrorCode::io, "the disk is full"};
  return {complete, running, failed};
}

RecordingInfo pausedExample() {
  RecordingInfo paused = recordingExamples()[1];
  paused.state = RecordingState::paused;
  paused.formats = {RecordingFormat::m4a, RecordedVideo::program, SoundCodec::aac, false};
  return paused;
}

std::vector<OutputInfo> outputExamples() {
  return {{{{"o1b2c3d4e5f6"}, OutputPhase::waiting, 0, 12, 3, 0, {ErrorCode::io, "Connection refused"}},
           OutputKind::rtmp,
           "rtmps://live.example.org/app/…"},
          {{{"h1b2c3d4e5f6"}, OutputPhase::live, 2628, 0, 0, 2100, {}},
           OutputKind::hls,
           "/hls/standup/index.m3u8"}};
}

std::vector<SourceInfo> sourceExamples() {
  return {
      {{{"s1b2c3d4e5f6"}, SourcePhase::playing, true, false, 0, {}},
       "Camera at the door",
       "rtsp://192.0.2.7/…",
       false},
      {{{"f1b2c3d4e5f6"}, SourcePhase::waiting, false, false, 1, {ErrorCode::io, "the file cannot be read"}},
       "Film",
       "file:film.mp4",
       true}};
}

TEST(Protocol, ShowsTheHttpApi) {
  const RoomDetails room = apiExample();
  const std::map<std::string, std::string> encoded{
      {"GET /v1/rooms", encodeRoomList({room.summary})},
      {"GET /v1/rooms/{room}", encodeRoomDetails(room)},
      {"GET /v1/recordings", encodeRecordingList(recordingExamples())},
      {"GET /v1/recordings/{id}", encodeRecording(pausedExample())},
      {"GET /v1/rooms/{room}/outputs", encodeOutputList(outputExamples())},
      {"GET /v1/rooms/{room}/sources", encodeSourceList(sourceExamples())},
      {"Errors", encodeApiError({ErrorCode::notFound, "room standup does not exist"})}};
  int shown = 0;
  for (const Example& example : protocolExamples()) {
    if (example.chapter != "HTTP API") continue;
    ++shown;
    if (const auto it = encoded.find(example.heading); it != encoded.end())
      EXPECT_TRUE(sameJson(it->second, example.json)) << it->second << "\n" << example.json;
    else if (example.heading == "POST /v1/rooms/{room}/recordings")
      EXPECT_EQ(decodeStartRecording(example.json).value().format, RecordingFormat::mp4);
    else if (example.heading == "POST /v1/rooms/{room}/outputs")
      EXPECT_EQ(decodeAddOutput(example.json).value().url.empty(),
                example.json.find("hls") != std::string::npos);
    else if (example.heading == "POST /v1/rooms/{room}/sources")
      EXPECT_EQ(decodeAddSource(example.json).value().name, "Camera at the door");
    else if (example.heading == "POST /v1/rooms")
      EXPECT_EQ(decodeCreateRoom(example.json).value().templateName, "music");
    else if (example.heading == "PATCH /v1/rooms/{room}")
      EXPECT_EQ(decodePatchRoom(example.json).value().layout, LayoutKind::spotlight);
    else if (example.heading.starts_with("PATCH"))
      EXPECT_EQ(decodePatchParticipant(example.json).value().maxHeight, 360);
    else
      ADD_FAILURE() << "an example of what? " << example.heading;
  }
  EXPECT_EQ(shown, 14);
}

TEST(Protocol, HasNoExampleElsewhere) {
  for (const Example& example : protocolExamples())
    EXPECT_TRUE(example.chapter == "Client to server" || example.chapter == "Server to client" ||
                example.chapter == "HTTP API")
        << example.chapter;
}

// The rows "| `name` | number |" of a chapter.
std::map<std::string, long> tableOf(const std::string& chapter) {
  std::map<std::string, long> rows;
  std::istringstream text(protocolText());
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("## ")) inside = line == "## " + chapter;
    if (!inside || !line.starts_with("| `")) continue;
    const std::size_t end = line.find("` | ");
    EXPECT_NE(end, std::string::npos) << line;
    rows.emplace(line.substr(3, end - 3), std::stol(line.substr(end + 4)));
  }
  return rows;
}

TEST(Protocol, ListsEveryErrorCode) {
  std::map<std::string, long> codes;
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    codes.emplace(wireName(code), httpStatus(code));
  }
  EXPECT_EQ(tableOf("Error codes"), codes);
}

TEST(Protocol, ListsEveryLimit) {
  const std::map<std::string, long> limits{{"kMaxMessageBytes", kMaxMessageBytes},
                                           {"kMaxJsonDepth", kMaxJsonDepth},
                                           {"kMaxSdpBytes", kMaxSdpBytes},
                                           {"kMaxCandidateBytes", kMaxCandidateBytes},
                                           {"kMaxCandidates", kMaxCandidates},
                                           {"kMaxNameChars", kMaxNameChars},
                                           {"kMaxChatChars", kMaxChatChars},
                                           {"kMaxResumeBytes", kMaxResumeBytes},
                                           {"kMaxCodecs", kMaxCodecs},
                                           {"kMaxCustomLayouts", kMaxCustomLayouts},
                                           {"kMaxHttpBodyBytes", kMaxHttpBodyBytes},
                                           {"kJoinDeadline", kJoinDeadline.count()},
                                           {"kMessagesPerSecond", kMessagesPerSecond},
                                           {"kMaxUnsentBytes", kMaxUnsentBytes}};
  EXPECT_EQ(tableOf("Limits"), limits);

  std::istringstream code(limitsText());
  std::size_t constants = 0;
  for (std::string line; std::getline(code, line);) {
    if (!line.starts_with("inline constexpr ")) continue;
    const std::size_t begin = line.find(" k") + 1;
    const std::string name = line.substr(begin, line.find_first_of(" {=", begin) - begin);
    EXPECT_TRUE(limits.contains(name)) << name << " is missing here and in PROTOCOL.md";
    ++constants;
  }
  EXPECT_EQ(constants, limits.size());
}

}  // namespace
}  // namespace tessera::wire
