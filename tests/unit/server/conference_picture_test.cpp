// SPDX-License-Identifier: Apache-2.0
#include "conference_fixture.h"

// The room's picture: layouts, templates, and what is given up when time is short.

namespace tessera::test {
namespace {

class PictureTest : public ConferenceTest {
 protected:
  void SetUp() override {
    ConferenceTest::SetUp();
    settings.room.look.customLayouts = {{"stage", {Region{}}}, {"wall", {Region{}}}};
  }
  Status patch(std::optional<LayoutKind> layout, const std::string& custom = {},
               std::optional<std::vector<ParticipantId>> pinned = {}) {
    return registry().changeLayout(kRoom, {layout, custom, std::move(pinned)});
  }
  LayoutChoice layout() { return registry().describeRoom(kRoom)->layout; }
};

TEST_F(PictureTest, WelcomeSaysWhatThereIs) {
  settings.room.look.layout = LayoutKind::speaker;
  settings.room.look.glideMs = 100;
  settings.room.look.cornerRadius = 0;
  const Client ada = joined("Ada");
  const auto welcome = ada->last<wire::Welcome>();
  EXPECT_EQ(welcome.layout, (LayoutChoice{LayoutKind::speaker, "", {}}));
  EXPECT_EQ(welcome.customLayouts, (std::vector<std::string>{"stage", "wall"}));
  EXPECT_EQ(welcome.glideMs, 100);
  EXPECT_EQ(welcome.cornerRadius, 0);
  EXPECT_TRUE(host.last().layouts.empty()) << "the process knows it from its settings";
  EXPECT_EQ(host.last().settings.look, settings.room.look);
}

TEST_F(PictureTest, TheModeratorChoosesForEverybody) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->say(wire::ClientLayout{{LayoutKind::spotlight, "", {{bob->id()}}}});
  const LayoutChoice expected{LayoutKind::spotlight, "", {{bob->id()}}};
  EXPECT_EQ(host.last().layouts.at(0), expected);
  EXPECT_EQ(bob->last<wire::ServerLayout>().choice, expected);
  EXPECT_EQ(layout(), expected);
  const Client cyd = joined("Cyd");
  EXPECT_EQ(cyd->last<wire::Welcome>().layout, expected);
  bob->say(wire::ClientLayout{{LayoutKind::grid, "", {}}});
  EXPECT_EQ(bob->lastError(), ErrorCode::forbidden);
  EXPECT_EQ(bob->last<wire::ErrorMessage>().re, "layout");
  EXPECT_EQ(layout(), expected);
}

TEST_F(PictureTest, ACustomLayoutMustExist) {
  const Client ada = joined("Ada");
  ada->say(wire::ClientLayout{{LayoutKind::custom, "wall", {}}});
  EXPECT_EQ(ada->last<wire::ServerLayout>().choice.custom, "wall");
  ada->say(wire::ClientLayout{{LayoutKind::custom, "wal", {}}});
  EXPECT_EQ(ada->lastError(), ErrorCode::badRequest);
  EXPECT_EQ(ada->last<wire::ErrorMessage>().error.text, "there is no custom layout wal here");
  EXPECT_EQ(layout().custom, "wall");
}

TEST_F(PictureTest, FloodsOfChangesAreHeldBack) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  for (int i = 0; i < 30; ++i) ada->say(wire::ClientLayout{{LayoutKind::grid, "", {}}});
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
  EXPECT_LE(bob->all<wire::ServerLayout>().size(), 11u);
}

TEST_F(PictureTest, OnlyWhoCanBeShownIsPinnedAndOnce) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  FakeClient viewer;
  wire::Join join = joinAs("viewer");
  join.viewer = true;
  ASSERT_TRUE(enter(viewer, join).has_value());
  ada->say(wire::ClientLayout{
      {LayoutKind::grid, "", {{bob->id()}, {"nobody"}, {viewer.id()}, {ada->id()}, {bob->id()}}}});
  EXPECT_EQ(layout().pinned, (std::vector<ParticipantId>{{bob->id()}, {ada->id()}}));
}

TEST_F(PictureTest, WhoLeavesIsPinnedNoMore) {
  const Client ada = joined("Ada"), bob = joined("Bob"), cyd = joined("Cyd");
  ada->say(wire::ClientLayout{{LayoutKind::speaker, "", {{bob->id()}, {cyd->id()}}}});
  bob->seat.reset();
  EXPECT_EQ(layout().pinned.size(), 2u) << "a lost connection is not leaving";
  const Client again = resumed("Bob", bob->token());
  again->say(wire::Leave{});
  EXPECT_EQ(cyd->last<wire::ServerLayout>().choice.pinned, (std::vector<ParticipantId>{{cyd->id()}}));
  EXPECT_EQ(host.last().layouts.back().pinned, (std::vector<ParticipantId>{{cyd->id()}}));
  const auto told = host.last().layouts.size();
  const Client dan = joined("Dan");
  dan->say(wire::Leave{});
  EXPECT_EQ(host.last().layouts.size(), told) << "nothing to tell";
}

TEST_F(PictureTest, TheChoiceSurvivesTheProcess) {
  const Client ada = joined("Ada");
  ada->say(wire::ClientLayout{{LayoutKind::sideBySide, "", {{ada->id()}}}});
  crash();
  ASSERT_EQ(host.last().layouts.size(), 1u);
  EXPECT_EQ(host.last().layouts[0], (LayoutChoice{LayoutKind::sideBySide, "", {{ada->id()}}}));
}

TEST_F(PictureTest, TheOperatorPatchesIt) {
  EXPECT_EQ(patch(LayoutKind::grid).error().code, ErrorCode::notFound);
  const Client ada = joined("Ada"), bob = joined("Bob");
  EXPECT_TRUE(patch(LayoutKind::custom, "stage").has_value());
  EXPECT_TRUE(patch({}, "", {{{bob->id()}}}).has_value());
  EXPECT_EQ(layout(), (LayoutChoice{LayoutKind::custom, "stage", {{bob->id()}}}))
      << "pinning keeps the layout";
  EXPECT_TRUE(patch(LayoutKind::speaker).has_value());
  EXPECT_EQ(layout(), (LayoutChoice{LayoutKind::speaker, "", {{bob->id()}}})) << "and the reverse";
  EXPECT_EQ(patch(LayoutKind::custom, "none").error().code, ErrorCode::badRequest);
  EXPECT_EQ(ada->last<wire::ServerLayout>().choice, layout());
}

TEST_F(PictureTest, WhatIsShownIsTold) {
  const Client ada = joined("Ada");
  EXPECT_FALSE(registry().describeRoom(kRoom)->picture.has_value());
  const Picture picture{{640, 360, 15}, LayoutKind::presentation, {}, 7};
  host.last().events->onPicture(picture);
  EXPECT_EQ(ada->last<wire::Tiles>().picture, picture);
  EXPECT_EQ(registry().describeRoom(kRoom)->picture, picture);
  EXPECT_EQ(registry().describeRoom(kRoom)->canvas, (CanvasSettings{1280, 720, 30})) << "as configured";
  EXPECT_NE(registry().metricsText().find("tessera_room_layout{room=\"here\",layout=\"presentation\"} 1"),
            std::string::npos)
      << registry().metricsText();
}

TEST_F(PictureTest, PoorConnectionsAreMarked) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  host.last().events->onConnectionQuality(key(*bob, 1), true);
  EXPECT_TRUE(entries()[1].poorConnection);
  EXPECT_TRUE(called(fmt::format("update {} poor", bob->id())));
  bob->say(wire::Reconnect{"main"});
  EXPECT_FALSE(entries()[1].poorConnection) << "the new connection has yet to show";
  host.last().events->onConnectionQuality(key(*bob, 1), true);
  EXPECT_FALSE(entries()[1].poorConnection) << "of the old connection";
  bob->say(wire::ClientScreen{wire::ScreenAction::start});
  host.last().events->onConnectionQuality(key(*bob, 1, "screen"), true);
  EXPECT_FALSE(entries()[1].poorConnection) << "of the screen";
}

// ---- templates

TEST_F(PictureTest, TheTemplateIsTheOneThatFitsTheName) {
  config::Template small{"small", {"tiny-*", "here"}, settings.room};
  small.room.canvas = {640, 360, 15};
  small.room.codecs = {VideoCodec::h264};
  small.room.sound.chimes = true;
  config::Template late{"late", {"*"}, settings.room};
  settings.templates = {small, late};
  const Client ada = joined("Ada");
  EXPECT_EQ(host.last().settings.canvas, (CanvasSettings{640, 360, 15}));
  EXPECT_TRUE(host.last().settings.sound.chimes);
  EXPECT_EQ(host.last().peers[0].codec, VideoCodec::h264);
  EXPECT_EQ(ada->last<wire::Welcome>().canvas.width, 640);
  EXPECT_EQ(registry().describeRoom(kRoom)->templateName, "small");
  FakeClient bob;
  ASSERT_TRUE(enter(bob, joinAs("Bob"), {"other"}).has_value());
  EXPECT_EQ(registry().describeRoom({"other"})->templateName, "late");
}

TEST_F(PictureTest, TheOperatorMayNameATemplate) {
  config::Template music{"music", {}, settings.room};
  music.room.audioKbps = 128;
  settings.templates = {music};
  EXPECT_EQ(registry().createRoom({kRoom, "musik"}).error().code, ErrorCode::badRequest);
  EXPECT_EQ(registry().createRoom({kRoom, "musik"}).error().text,
            "template: there is no musik here, only music");
  ASSERT_TRUE(registry().createRoom({kRoom, "music"}).has_value());
  EXPECT_EQ(host.last().settings.audioKbps, 128);
  const Client ada = joined("Ada");
  EXPECT_EQ(host.processes.size(), 1u) << "who joins comes into the room as it was made";
  ASSERT_TRUE(registry().createRoom({{"plain"}, ""}).has_value());
  EXPECT_EQ(host.last().settings.audioKbps, 40);
  EXPECT_EQ(registry().describeRoom({"plain"})->templateName, "");
}

// ---- too little time

TEST_F(PictureTest, WhatIsGivenUpIsSaidOnce) {
  const Client ada = joined("Ada");
  EXPECT_EQ(ada->all<wire::QualityNotice>().size(), 1u) << "on entering, whatever it is";
  degrade(Degradation::none);
  EXPECT_EQ(ada->all<wire::QualityNotice>().size(), 1u);
  degrade(Degradation::rate);
  degrade(Degradation::rate);
  ASSERT_EQ(ada->all<wire::QualityNotice>().size(), 2u);
  EXPECT_EQ(ada->last<wire::QualityNotice>().level, Degradation::rate);
  EXPECT_NE(ada->last<wire::QualityNotice>().text, "");
  const Client bob = joined("Bob");
  EXPECT_EQ(bob->last<wire::QualityNotice>().level, Degradation::rate) << "to a newcomer, too";
  degrade(Degradation::none);
  EXPECT_EQ(bob->last<wire::QualityNotice>().level, Degradation::none);
  degrade(Degradation::size);
  ada->seat.reset();
  degrade(Degradation::none);
  const Client again = resumed("Ada", ada->token());
  ASSERT_EQ(again->all<wire::QualityNotice>().size(), 1u) << "what was told before may be over";
  EXPECT_EQ(again->last<wire::QualityNotice>().level, Degradation::none);
}

TEST_F(PictureTest, AClosedRoomTakesViewersAndThoseWhoComeBack) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  degrade(Degradation::closed);
  FakeClient cyd, viewer;
  const Status refused = enter(cyd, joinAs("Cyd"));
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_NE(refused.error().text.find("viewers may come in"), std::string::npos);
  EXPECT_EQ(metrics.joins["overloaded"], 1u);
  wire::Join join = joinAs("viewer");
  join.viewer = true;
  EXPECT_TRUE(enter(viewer, join).has_value());
  const Client again = resumed("Bob", bob->token());
  EXPECT_EQ(again->id(), bob->id());
  degrade(Degradation::size);
  EXPECT_TRUE(enter(cyd, joinAs("Cyd")).has_value());
}

TEST_F(PictureTest, ANewProcessBeginsWithEverything) {
  const Client ada = joined("Ada");
  degrade(Degradation::closed);
  crash();
  EXPECT_EQ(ada->last<wire::QualityNotice>().level, Degradation::closed) << "nobody knows yet";
  const Client bob = joined("Bob");
  EXPECT_EQ(entries().size(), 2u);
  degrade(Degradation::none);
  EXPECT_EQ(ada->last<wire::QualityNotice>().level, Degradation::none) << "the process says so";
}

TEST_F(PictureTest, DegradationIsMeasured) {
  const Client ada = joined("Ada");
  RoomHealth health;
  health.degradation = Degradation::size;
  health.missedAudioTicks = 3;
  host.last().events->onHealth(health);
  const std::string text = registry().metricsText();
  EXPECT_NE(text.find("tessera_room_degradation{room=\"here\"} 2"), std::string::npos) << text;
  EXPECT_NE(text.find("tessera_room_audio_ticks_missed_total{room=\"here\"} 3"), std::string::npos) << text;
}

}  // namespace
}  // namespace tessera::test
