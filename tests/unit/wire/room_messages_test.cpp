// SPDX-License-Identifier: Apache-2.0
#include "wire/room_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/line_channel.h"
#include "examples.h"
#include "room/layout.h"
#include "wire/limits.h"

namespace tessera::wire {
namespace {

using testing::HasSubstr;

TEST(RoomMessages, ComeBackAsTheyWere) {
  std::set<std::size_t> seen;
  for (const ToRoom& message : toRoomExamples()) {
    const std::string line = encode(message, 7);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto back = decodeToRoom(line);
    ASSERT_TRUE(back.has_value()) << back.error().text << "\n" << line;
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(encode(*back, 7), line);
    seen.insert(message.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<ToRoom>);
}

TEST(RoomMessages, ComeBackFromTheRoomAsTheyWere) {
  std::set<std::size_t> seen;
  for (const FromRoom& message : fromRoomExamples()) {
    const std::string line = encode(message, 7);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto back = decodeFromRoom(line);
    ASSERT_TRUE(back.has_value()) << back.error().text << "\n" << line;
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(encode(*back, 7), line);
    seen.insert(message.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<FromRoom>);
}

TEST(RoomMessages, HaveTheEnvelope) {
  EXPECT_EQ(encode(ToRoom{SetAnswer{{{"ada"}, "main", 2}, "v=0\r\n"}}, 5),
            R"({"v":1,"seq":5,"type":"answer","peer":"ada","pc":"main","gen":2,"sdp":"v=0\r\n"})");
  EXPECT_EQ(encode(FromRoom{PeerStateChanged{{{"ada"}, "main", 2}, PeerState::connected, {}}}, 6),
            R"({"v":1,"seq":6,"type":"peerState","peer":"ada","pc":"main","gen":2,"state":"connected"})");
}

TEST(RoomMessages, TolerateWhatTheyAnswer) {
  EXPECT_TRUE(decodeToRoom(R"({"v":1,"seq":1,"re":3,"type":"close"})").has_value());
}

TEST(RoomMessages, OfAnotherVersionAreRefused) {
  const auto later = decodeToRoom(R"({"v":2,"seq":1,"type":"close"})");
  ASSERT_FALSE(later.has_value());
  EXPECT_EQ(later.error().code, ErrorCode::unsupported);
  EXPECT_EQ(later.error().text, "v: expected room protocol version 1, got 2");
  EXPECT_EQ(decodeToRoom(R"({"v":1,"type":"close"})").error().text, "seq: is missing");
  EXPECT_EQ(decodeToRoom(R"({"v":1,"seq":-1,"type":"close"})").error().code, ErrorCode::badRequest);
}

TEST(RoomMessages, SayWhatIsWrong) {
  EXPECT_THAT(
      decodeFromRoom(
          R"({"v":1,"seq":1,"type":"speaking","levels":[{"id":"a","levelDb":-128,"speaking":true,"active":true}]})")
          .error()
          .text,
      HasSubstr("speaking.levels[0].levelDb: -128 is out of range, expected -127 to 0"));
  EXPECT_THAT(
      decodeFromRoom(R"({"v":1,"seq":1,"type":"failed","why":{"code":"odd","text":""}})").error().text,
      HasSubstr("failed.why.code: expected an error code"));
  EXPECT_THAT(decodeToRoom(R"({"v":1,"seq":1,"type":"stats","peer":"a","seconds":2,"framesDecoded":1000001,)"
                           R"("framesDropped":0,"freezes":0,"decodeMs":0})")
                  .error()
                  .text,
              HasSubstr("framesDecoded: 1000001 is out of range, expected 0 to 1000000"));
  EXPECT_EQ(decodeFromRoom(R"({"v":1,"seq":1,"type":"bind"})").error().code, ErrorCode::unsupported);
  EXPECT_EQ(decodeFromRoom(R"({"v":1,"seq":1,"type":"picture","picture":{"canvas":{"width":640,"height":360,)"
                           R"("fps":30},"layout":"auto","tiles":[],"more":0}})")
                .error()
                .text,
            "picture.picture.layout: expected a layout that can be shown, got auto");
}

// As many custom layouts and regions as a configuration may have, with the longest fractions.
TEST(RoomMessages, TheLargestLookFitsALine) {
  RoomSettings room;
  room.room = {"a"};
  const Region region{1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3, RegionRule::presenter, kMaxTiles, TileFit::smart};
  for (std::size_t i = 0; i < kMaxCustomLayouts; ++i)
    room.look.customLayouts.push_back(
        {fmt::format("{:>032}", i), std::vector<Region>(static_cast<std::size_t>(kMaxTiles), region)});
  const std::string line = encode(ToRoom{BindRoom{room}}, 5);
  EXPECT_LT(line.size(), LineChannel::kMaxLineBytes);
  const auto back = decodeToRoom(line);
  ASSERT_TRUE(back.has_value()) << back.error().text;
  EXPECT_EQ(std::get<BindRoom>(*back).settings.look, room.look) << "fractions come back exactly";
}

// A full SDP with every byte escaped must still fit a line.
TEST(RoomMessages, TheLongestFitALine) {
  const std::string line =
      encode(ToRoom{SetAnswer{{{"ada"}, "main", 2}, std::string(kMaxSdpBytes, '\n')}}, 5);
  EXPECT_LT(line.size(), LineChannel::kMaxLineBytes);
  EXPECT_TRUE(decodeToRoom(line).has_value());
}

}  // namespace
}  // namespace tessera::wire
