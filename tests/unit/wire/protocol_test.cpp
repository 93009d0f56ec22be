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

TEST(Protocol, ShowsTheHttpApi) {
  const RoomDetails room = apiExample();
  const std::map<std::string, std::string> encoded{
      {"GET /v1/rooms", encodeRoomList({room.summary})},
      {"GET /v1/rooms/{room}", encodeRoomDetails(room)},
      {"Errors", encodeApiError({ErrorCode::notFound, "room standup does not exist"})}};
  int shown = 0;
  for (const Example& example : protocolExamples()) {
    if (example.chapter != "HTTP API") continue;
    ++shown;
    if (const auto it = encoded.find(example.heading); it != encoded.end())
      EXPECT_TRUE(sameJson(it->second, example.json)) << it->second << "\n" << example.json;
    else if (example.heading.starts_with("POST"))
      EXPECT_EQ(decodeCreateRoom(example.json).value().templateName, "music");
    else if (example.heading == "PATCH /v1/rooms/{room}")
      EXPECT_EQ(decodePatchRoom(example.json).value().layout, LayoutKind::spotlight);
    else if (example.heading.starts_with("PATCH"))
      EXPECT_EQ(decodePatchParticipant(example.json).value().maxHeight, 360);
    else
      ADD_FAILURE() << "an example of what? " << example.heading;
  }
  EXPECT_EQ(shown, 6);
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
