// SPDX-License-Identifier: Apache-2.0
#include "wire/api_messages.h"

#include <gtest/gtest.h>

#include "wire/limits.h"

namespace tessera::wire {
namespace {

TEST(ApiMessages, EncodeNothingAndMany) {
  EXPECT_EQ(encodeRoomList({}), R"({"rooms":[]})");
  EXPECT_EQ(
      encodeRoomList({{{"a"}, RoomState::starting, 0, 0}, {{"b"}, RoomState::ending, 2, 1'999}}),
      R"({"rooms":[{"id":"a","state":"starting","participants":0,"startedAt":"1970-01-01T00:00:00.000Z"},)"
      R"({"id":"b","state":"ending","participants":2,"startedAt":"1970-01-01T00:00:01.999Z"}]})");
}

TEST(ApiMessages, LeaveOutHealthThatIsNotKnown) {
  RoomDetails room;
  room.summary.id = {"a"};
  room.summary.state = RoomState::recovering;
  EXPECT_EQ(encodeRoomDetails(room),
            R"({"id":"a","state":"recovering","startedAt":"1970-01-01T00:00:00.000Z",)"
            R"("canvas":{"width":1280,"height":720,"fps":30},"layout":{"layout":"auto","pinned":[]},)"
            R"("participants":[],"process":{"pid":0,"restarts":0}})");
}

TEST(ApiMessages, DecodeAndLowerTheRoomName) {
  EXPECT_EQ(decodeCreateRoom(R"({"room":"All-Hands"})").value().room.value, "all-hands");
  EXPECT_EQ(decodeCreateRoom(R"({"room":"a b"})").error().text,
            "room: a room name has only letters a-z, digits, - and _");
  EXPECT_EQ(decodeCreateRoom(R"({})").error().text, "room: is missing");
  EXPECT_EQ(decodeCreateRoom("").error().code, ErrorCode::badRequest);
  EXPECT_EQ(decodeCreateRoom(std::string(kMaxHttpBodyBytes + 1, ' ')).error().code, ErrorCode::tooLarge);
}

TEST(ApiMessages, DecodeTheTemplate) {
  EXPECT_EQ(decodeCreateRoom(R"({"room":"a","template":"music"})").value().templateName, "music");
  EXPECT_EQ(decodeCreateRoom(R"({"room":"a","template":""})").error().text,
            "template: 0 bytes, at least 1 expected");
  EXPECT_EQ(decodeCreateRoom(R"({"room":"a","template":"a b"})").error().code, ErrorCode::badRequest);
}

TEST(ApiMessages, DecodeAPatchOfTheLayout) {
  const auto pin = decodePatchRoom(R"({"pinned":["ada","bob"]})").value();
  EXPECT_FALSE(pin.layout.has_value());
  EXPECT_EQ(pin.pinned, (std::vector<ParticipantId>{{"ada"}, {"bob"}}));
  const auto custom = decodePatchRoom(R"({"layout":"custom","custom":"stage"})").value();
  EXPECT_EQ(custom.layout, LayoutKind::custom);
  EXPECT_EQ(custom.custom, "stage");
  EXPECT_FALSE(custom.pinned.has_value());
  EXPECT_EQ(decodePatchRoom("{}").error().text, "layout: expected layout, pinned or both");
  for (const auto* body : {R"({"layout":"custom"})", R"({"layout":"grid","custom":"stage"})",
                           R"({"custom":"stage","pinned":[]})"})
    EXPECT_EQ(decodePatchRoom(body).error().text, "custom: expected with the layout custom, and only with it")
        << body;
  EXPECT_EQ(decodePatchRoom(R"({"layout":"mosaic"})").error().text,
            "layout: expected one of auto, grid, speaker, spotlight, presentation, side-by-side, custom");
  std::string many = R"({"pinned":["a")";
  for (int i = 0; i < 16; ++i) many += R"(,"a")";
  EXPECT_EQ(decodePatchRoom(many + "]}").error().code, ErrorCode::tooLarge);
}

TEST(ApiMessages, DecodeAPatch) {
  EXPECT_EQ(decodePatchParticipant(R"({"muted":true})").value().muted, true);
  EXPECT_EQ(decodePatchParticipant(R"({"muted":false})").value().muted, false);
  EXPECT_FALSE(decodePatchParticipant(R"({"maxHeight":360})").value().muted.has_value());
  EXPECT_EQ(decodePatchParticipant(R"({"maxHeight":0})").value().maxHeight, 0);
  EXPECT_EQ(decodePatchParticipant(R"({"maxHeight":-2})").error().text,
            "maxHeight: -2 is out of range, expected 0 to 16384");
  EXPECT_EQ(decodePatchParticipant(R"({"maxHeight":"360p"})").error().text,
            "maxHeight: expected an integer, got a string");
  EXPECT_EQ(decodePatchParticipant(R"({"muted":"yes"})").error().text,
            "muted: expected a boolean, got a string");
  EXPECT_EQ(decodePatchParticipant(R"({})").error().text, "muted: expected muted, maxHeight or both");
}

}  // namespace
}  // namespace tessera::wire
