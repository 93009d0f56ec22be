// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "conference_fixture.h"

// What participants receive of the picture and what they are asked for; and by which codec.

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

wire::Join withScreen(wire::Join join, int width, int height) {
  join.screenWidth = width;
  join.screenHeight = height;
  return join;
}

TEST_F(ConferenceTest, TheRoomGetsTheConfiguredLadder) {
  settings.room.rungs = {{360, 15, 400, 100}, {180, 0, 40, 20}};
  const Client ada = joined("Ada");
  EXPECT_EQ(host.last().settings.rungs, settings.room.rungs);
  FakeClient bob;
  settings.room.rungs.clear();
  ASSERT_TRUE(enter(bob, joinAs("Bob"), {"other"}).has_value());
  EXPECT_EQ(host.last().settings.rungs, config::ladderOf(settings.room));
}

TEST_F(ConferenceTest, WhatIsReceivedIsToldToThemAndToTheOperator) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  EXPECT_FALSE(registry().describeRoom(kRoom)->participants[0].receiving.has_value());
  const Receiving receiving{1, {640, 360, 30}, 500, ReceivingLimit::network};
  host.last().events->onReceiving(key(*ada, 1), receiving);
  EXPECT_EQ(ada->last<wire::ServerReceiving>().receiving, receiving);
  EXPECT_EQ(ada->last<wire::ServerReceiving>().levels, 5);
  EXPECT_TRUE(bob->all<wire::ServerReceiving>().empty());
  EXPECT_EQ(registry().describeRoom(kRoom)->participants[0].receiving, receiving);
  const std::string text = registry().metricsText();
  for (const auto* line : {"tessera_room_receivers{room=\"here\",level=\"1\"} 1",
                           "tessera_room_receivers{room=\"here\",level=\"0\"} 0",
                           "tessera_room_receivers{room=\"here\",level=\"4\"} 0",
                           "tessera_room_receivers_limited{room=\"here\",limit=\"network\"} 1",
                           "tessera_room_receivers_limited{room=\"here\",limit=\"wish\"} 0"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;

  ada->say(wire::Reconnect{"main"});
  host.last().events->onReceiving(key(*ada, 1), {0, {1280, 720, 30}, 1500, ReceivingLimit::none});
  EXPECT_EQ(ada->all<wire::ServerReceiving>().size(), 1u) << "of a connection that is no more";
  EXPECT_FALSE(registry().describeRoom(kRoom)->participants[0].receiving.has_value());
}

TEST_F(ConferenceTest, WhatIsOfUseIsToldWithItsConnection) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->say(wire::ClientScreen{wire::ScreenAction::start});
  host.last().events->onIngest(key(*ada, 1, "screen"), {1280, 720, 15, 1200});
  const auto screen = ada->last<wire::ServerIngest>();
  EXPECT_EQ(screen.pc, "screen");
  EXPECT_EQ(screen.gen, 1u);
  EXPECT_EQ(screen.ingest, (Ingest{1280, 720, 15, 1200}));
  host.last().events->onIngest(key(*ada, 1), {});
  EXPECT_EQ(ada->last<wire::ServerIngest>().pc, "main");
  EXPECT_EQ(ada->last<wire::ServerIngest>().ingest, Ingest{});
  host.last().events->onIngest(key(*ada, 7), {320, 180, 15, 100});
  EXPECT_EQ(ada->all<wire::ServerIngest>().size(), 2u) << "of another gen";
  EXPECT_TRUE(bob->all<wire::ServerIngest>().empty());
}

TEST_F(ConferenceTest, AWishIsForTheRoomAndForTheConnectionsToCome) {
  const Client ada = joined("Ada");
  EXPECT_EQ(lastPeer().bestLevel, 0);
  ada->say(wire::ClientReceive{360});
  EXPECT_TRUE(called(fmt::format("update {} level 1", ada->id())));
  ada->say(wire::Reconnect{"main"});
  EXPECT_EQ(lastPeer().bestLevel, 1);
  ada->say(wire::ClientReceive{0});
  EXPECT_TRUE(called(fmt::format("update {} level 4", ada->id())));
  ada->say(wire::ClientReceive{});
  EXPECT_TRUE(called(fmt::format("update {} level 0", ada->id())));
  const auto calls = host.last().calls.size();
  ada->say(wire::ClientReceive{4000});
  EXPECT_EQ(host.last().calls.size(), calls) << "nothing changes by it";
  ada->say(wire::ClientScreen{wire::ScreenAction::start});
  EXPECT_EQ(lastPeer().key.pc, "screen");
  EXPECT_EQ(lastPeer().bestLevel, 0);
}

TEST_F(ConferenceTest, WishesHaveALimit) {
  const Client ada = joined("Ada");
  for (int i = 0; i < 30; ++i) ada->say(wire::ClientReceive{i % 2 ? 180 : 360});
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
  EXPECT_EQ(ada->last<wire::ErrorMessage>().re, "receive");
  EXPECT_LT(host.last().calls.size(), 20u);
}

TEST_F(ConferenceTest, ASmallScreenGetsASmallPicture) {
  FakeClient kiosk;
  ASSERT_TRUE(enter(kiosk, withScreen(joinAs("Kiosk"), 480, 320)).has_value());
  EXPECT_EQ(lastPeer().bestLevel, 1);
  wire::Join saver = joinAs("Saver");
  saver.receive.height = 0;
  FakeClient phone;
  ASSERT_TRUE(enter(phone, saver).has_value());
  EXPECT_EQ(lastPeer().bestLevel, 4);
}

TEST_F(ConferenceTest, WhoComesBackWishesAnew) {
  const Client ada = joined("Ada");
  ada->say(wire::ClientReceive{0});
  const Client again = resumed("Ada", ada->token());
  EXPECT_EQ(lastPeer().bestLevel, 0);
}

TEST_F(ConferenceTest, TheOperatorCapsThePicture) {
  settings.room.maxHeight = 360;
  const Client ada = joined("Ada");
  EXPECT_EQ(lastPeer().bestLevel, 1) << "everybody's";
  EXPECT_TRUE(registry().changeParticipant(kRoom, {ada->id()}, {{}, 180}).has_value());
  EXPECT_TRUE(called(fmt::format("update {} level 2", ada->id()))) << "Ada's";
  EXPECT_EQ(registry().describeRoom(kRoom)->participants[0].maxHeight, 180);
  ada->say(wire::ClientReceive{720});
  ada->say(wire::Reconnect{"main"});
  EXPECT_EQ(lastPeer().bestLevel, 2) << "no wish gets around it";
  const Client again = resumed("Ada", ada->token());
  EXPECT_EQ(lastPeer().bestLevel, 2) << "nor does coming back";
  EXPECT_TRUE(registry().changeParticipant(kRoom, {ada->id()}, {{}, 0}).has_value());
  EXPECT_TRUE(called(fmt::format("update {} level 1", ada->id())));
  EXPECT_EQ(registry().changeParticipant(kRoom, {"nobody"}, {{}, 180}).error().code, ErrorCode::notFound);
}

TEST_F(ConferenceTest, StatsGoToTheRoomWhenTheySayOfWhichTime) {
  const Client ada = joined("Ada");
  wire::ClientStats stats;
  stats.framesDecoded = 55;
  stats.framesDropped = 4;
  stats.freezes = 1;
  stats.decodeMs = 12.6;
  ada->say(stats);
  EXPECT_TRUE(host.last().stats.empty());
  stats.seconds = 2;
  ada->say(stats);
  ASSERT_EQ(host.last().stats.size(), 1u);
  const ReceiverStats& told = host.last().stats[0];
  EXPECT_EQ(told.seconds, 2);
  EXPECT_EQ(told.framesDecoded, 55);
  EXPECT_EQ(told.framesDropped, 4);
  EXPECT_EQ(told.freezes, 1);
  EXPECT_EQ(told.decodeMs, 13);
  for (int i = 0; i < 10; ++i) ada->say(stats);
  EXPECT_LE(host.last().stats.size(), 3u);
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
}

TEST_F(ConferenceTest, APingIsAnswered) {
  const Client ada = joined("Ada");
  ada->say(wire::Ping{4'000'000'000});
  EXPECT_EQ(ada->last<wire::Pong>().id, 4'000'000'000u);
}

// ---- codecs

class CodecTest : public ConferenceTest {
 protected:
  VideoCodec codecOf(std::vector<VideoCodec> decodes, std::vector<VideoCodec> inHardware = {}) {
    wire::Join join = joinAs("Somebody");
    join.codecs = std::move(decodes);
    join.hardware = std::move(inHardware);
    clients_.push_back(std::make_unique<FakeClient>());
    EXPECT_TRUE(enter(*clients_.back(), join).has_value());
    return lastPeer().codec;
  }
  void leave() {
    clients_.back()->say(wire::Leave{});
    clients_.pop_back();
  }

 private:
  std::vector<Client> clients_;
};

constexpr auto kVp8 = VideoCodec::vp8, kH264 = VideoCodec::h264;

TEST_F(CodecTest, ASecondOneRunsOnlyForWhoCannotDecodeTheFirst) {
  EXPECT_EQ(codecOf({kH264}), kH264);
  EXPECT_EQ(codecOf({kVp8, kH264}, {kVp8}), kH264) << "that runs already";
  EXPECT_EQ(codecOf({kVp8}), kVp8);
  EXPECT_EQ(codecOf({kH264, kVp8}), kVp8) << "both run: the room's order";
  leave();
  leave();
  EXPECT_EQ(codecOf({kH264, kVp8}), kH264) << "the one who needed the other has left";
}

TEST_F(CodecTest, HardwareMayBeWorthASecondOne) {
  settings.room.prefer = config::PreferCodec::hardware;
  EXPECT_EQ(codecOf({kVp8, kH264}), kVp8);
  EXPECT_EQ(codecOf({kVp8, kH264}, {kH264}), kH264);
  EXPECT_EQ(codecOf({kVp8, kH264}, {kH264, kVp8}), kVp8) << "the room's order";
  EXPECT_EQ(codecOf({kVp8}, {kH264}), kVp8) << "what it cannot encode is not used";
}

TEST_F(CodecTest, OnesOwnIsNotInUseByOthers) {
  const Client ada = joined("Ada");
  EXPECT_EQ(lastPeer().codec, kVp8);
  wire::Join join = joinAs("Ada");
  join.resume = ada->token();
  join.codecs = {kH264};
  FakeClient again, third;
  ASSERT_TRUE(enter(again, join).has_value());
  EXPECT_EQ(lastPeer().codec, kH264) << "another browser under the same token";
  join.codecs = {kH264, kVp8};
  ASSERT_TRUE(enter(third, join).has_value());
  EXPECT_EQ(lastPeer().codec, kVp8);
}

}  // namespace
}  // namespace tessera::test
