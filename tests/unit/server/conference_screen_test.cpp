// SPDX-License-Identifier: Apache-2.0
#include "conference_fixture.h"

// Shared screens: the second connection of a participant.

namespace tessera::test {
namespace {

using wire::ScreenAction;
using wire::ScreenState;

class ScreenTest : public ConferenceTest {
 protected:
  static void start(const Client& client) { client->say(wire::ClientScreen{ScreenAction::start}); }
  static void stop(const Client& client) { client->say(wire::ClientScreen{ScreenAction::stop}); }
  static std::string screenOf(const Client& client, int gen) {
    return fmt::format("{}/screen/{}", client->id(), gen);
  }
  void failScreen(const Client& client, std::uint32_t gen, ErrorCode code = ErrorCode::mediaFailed) {
    host.last().events->onPeerState(key(*client, gen, "screen"), PeerState::failed, {code, "test"});
  }
};

TEST_F(ScreenTest, StartOffersASecondConnection) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->say(wire::ClientMedia{true, true});
  start(ada);
  EXPECT_EQ(lastPeer().key, key(*ada, 1, "screen"));
  EXPECT_EQ(lastPeer().name, "Ada");
  EXPECT_FALSE(lastPeer().muted || lastPeer().cameraOff || lastPeer().hidden) << "not what the main one is";
  EXPECT_TRUE(shares(*ada));
  host.last().events->onOffer(key(*ada, 1, "screen"), "v=0");
  host.last().events->onCandidate(key(*ada, 1, "screen"), {0, "candidate:x"});
  EXPECT_EQ(ada->last<wire::ServerOffer>().pc, "screen");
  EXPECT_EQ(ada->last<wire::ServerOffer>().gen, 1u);
  EXPECT_EQ(ada->last<wire::ServerCandidate>().pc, "screen");
  ada->say(wire::ClientAnswer{"screen", 1, "v=0"});
  ada->say(wire::ClientCandidate{"screen", 1, {0, "candidate:x"}});
  EXPECT_TRUE(called("answer " + screenOf(ada, 1)));
  EXPECT_TRUE(called("candidate " + screenOf(ada, 1)));
  EXPECT_TRUE(ada->all<wire::ErrorMessage>().empty());
  ASSERT_TRUE(runUntil([&] { return !bob->all<wire::Roster>().empty(); }));
  EXPECT_TRUE(bob->last<wire::Roster>().participants[0].sharing);
}

TEST_F(ScreenTest, ConnectingDoesNotCountAsTheMainOne) {
  const Client ada = joined("Ada");
  start(ada);
  host.last().events->onPeerState(key(*ada, 1, "screen"), PeerState::connected, {});
  EXPECT_FALSE(entries()[0].connected);
}

TEST_F(ScreenTest, StopEndsItQuietly) {
  const Client ada = joined("Ada");
  start(ada);
  stop(ada);
  EXPECT_TRUE(called("remove " + screenOf(ada, 1)));
  EXPECT_FALSE(shares(*ada));
  ada->say(wire::ClientAnswer{"screen", 1, "v=0"});
  EXPECT_EQ(ada->lastError(), ErrorCode::conflict) << "an answer that comes late";
  stop(ada);
  EXPECT_TRUE(ada->all<wire::ScreenNotice>().empty());
  start(ada);
  EXPECT_TRUE(called("add " + screenOf(ada, 2))) << "the next one has a new gen";
}

TEST_F(ScreenTest, StartingTwiceMakesANewConnection) {
  const Client ada = joined("Ada");
  start(ada);
  start(ada);
  EXPECT_TRUE(called("add " + screenOf(ada, 2)));
  EXPECT_FALSE(called("remove " + screenOf(ada, 1))) << "the newer takes its place";
  EXPECT_TRUE(ada->all<wire::ScreenNotice>().empty());
}

TEST_F(ScreenTest, ASecondTakesOverAndTheFirstIsTold) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  start(bob);
  EXPECT_TRUE(called("remove " + screenOf(ada, 1)));
  EXPECT_TRUE(called("add " + screenOf(bob, 1)));
  EXPECT_FALSE(shares(*ada));
  EXPECT_TRUE(shares(*bob));
  EXPECT_EQ(ada->last<wire::ScreenNotice>().state, ScreenState::takenOver);
  EXPECT_EQ(ada->last<wire::ScreenNotice>().why.text, "Bob shares a screen now");
  EXPECT_TRUE(bob->all<wire::ScreenNotice>().empty());
}

TEST_F(ScreenTest, ASecondIsRefusedByConfiguration) {
  settings.room.secondScreen = config::SecondScreen::refuse;
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  start(bob);
  EXPECT_TRUE(shares(*ada));
  EXPECT_FALSE(shares(*bob));
  EXPECT_EQ(bob->last<wire::ScreenNotice>().state, ScreenState::refused);
  EXPECT_EQ(bob->last<wire::ScreenNotice>().why.text, "Ada shares a screen already");
  EXPECT_FALSE(called("add " + screenOf(bob, 1)));
  ada->say(wire::Leave{});
  start(bob);
  EXPECT_TRUE(shares(*bob)) << "free again";
}

TEST_F(ScreenTest, ViewersDoNotShare) {
  const Client ada = joined("Ada");
  FakeClient viewer;
  wire::Join join = joinAs("viewer");
  join.viewer = true;
  ASSERT_TRUE(enter(viewer, join).has_value());
  viewer.say(wire::ClientScreen{ScreenAction::start});
  EXPECT_EQ(viewer.last<wire::ScreenNotice>().state, ScreenState::refused);
  EXPECT_EQ(viewer.last<wire::ScreenNotice>().why.code, ErrorCode::forbidden);
  EXPECT_FALSE(shares(viewer));
}

TEST_F(ScreenTest, StartsHaveARate) {
  const Client ada = joined("Ada");
  for (int i = 0; i < 10; ++i) {
    start(ada);
    stop(ada);
  }
  EXPECT_EQ(ada->last<wire::ScreenNotice>().why.code, ErrorCode::tooMany);
  EXPECT_FALSE(called("add " + screenOf(ada, 5)));
}

TEST_F(ScreenTest, ARefusalEndsWhatWasSharedBefore) {
  const Client ada = joined("Ada");
  for (int i = 0; i < 4; ++i) start(ada);
  EXPECT_EQ(ada->last<wire::ScreenNotice>().state, ScreenState::refused);
  EXPECT_FALSE(shares(*ada)) << "the client ends the capture";
  EXPECT_TRUE(called("remove " + screenOf(ada, 3)));
}

TEST_F(ScreenTest, TheModeratorMayStopIt) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(bob);
  bob->say(wire::Moderate{wire::ModerateAction::stopScreen, {bob->id()}});
  EXPECT_EQ(bob->lastError(), ErrorCode::forbidden);
  EXPECT_TRUE(shares(*bob));
  ada->say(wire::Moderate{wire::ModerateAction::stopScreen, {bob->id()}});
  EXPECT_FALSE(shares(*bob));
  EXPECT_EQ(bob->last<wire::ScreenNotice>().state, ScreenState::ended);
  EXPECT_EQ(bob->last<wire::ScreenNotice>().why.code, ErrorCode::forbidden);
  ada->say(wire::Moderate{wire::ModerateAction::stopScreen, {bob->id()}});
  EXPECT_EQ(ada->lastError(), ErrorCode::conflict);
  ada->say(wire::Moderate{wire::ModerateAction::stopScreen, {"nobody"}});
  EXPECT_EQ(ada->lastError(), ErrorCode::notFound);
}

TEST_F(ScreenTest, AFailedOneIsTriedAgainAndThenEnds) {
  const Client ada = joined("Ada");
  start(ada);
  for (std::uint32_t gen = 1; gen <= 3; ++gen) {
    failScreen(ada, gen);
    EXPECT_TRUE(called("add " + screenOf(ada, static_cast<int>(gen) + 1)));
  }
  failScreen(ada, 4);
  EXPECT_FALSE(shares(*ada));
  EXPECT_EQ(ada->last<wire::ScreenNotice>().state, ScreenState::ended);
  EXPECT_EQ(ada->last<wire::ScreenNotice>().why.code, ErrorCode::mediaFailed);
  EXPECT_TRUE(ada->byes.empty()) << "the participant stays";
  EXPECT_FALSE(called(fmt::format("remove {}/1", ada->id()))) << "and so does the main connection";
}

TEST_F(ScreenTest, AWrongFingerprintIsFinalHereToo) {
  const Client ada = joined("Ada"), eve = joined("Eve");
  start(eve);
  failScreen(eve, 1, ErrorCode::fingerprintMismatch);
  EXPECT_EQ(eve->byes.at(0).code, ErrorCode::fingerprintMismatch);
  EXPECT_EQ(entries().size(), 1u);
}

TEST_F(ScreenTest, ReconnectIsOfOneConnection) {
  const Client ada = joined("Ada");
  ada->say(wire::Reconnect{"screen"});
  EXPECT_EQ(ada->lastError(), ErrorCode::notFound) << "none is shared";
  start(ada);
  ada->say(wire::Reconnect{"screen"});
  EXPECT_TRUE(called("add " + screenOf(ada, 2)));
  EXPECT_FALSE(called("remove " + screenOf(ada, 1))) << "the newer takes its place";
  EXPECT_FALSE(called(fmt::format("add {}/2", ada->id())));
  ada->say(wire::Reconnect{"main"});
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id()))) << "each has its own rate";
  EXPECT_FALSE(called("remove " + screenOf(ada, 2)));
}

TEST_F(ScreenTest, LeavingAndKickingEndIt) {
  const Client ada = joined("Ada"), bob = joined("Bob"), cyd = joined("Cyd");
  start(bob);
  bob->say(wire::Leave{});
  EXPECT_TRUE(called("remove " + screenOf(bob, 1)));
  start(cyd);
  ada->say(wire::Moderate{wire::ModerateAction::kick, {cyd->id()}});
  EXPECT_TRUE(called("remove " + screenOf(cyd, 1)));
}

TEST_F(ScreenTest, WhoResumesDoesNotShareAnyMore) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  ada->seat.reset();
  EXPECT_TRUE(shares(*ada)) << "the media lives on without the WebSocket";
  const Client again = resumed("Ada", ada->token());
  EXPECT_TRUE(called("remove " + screenOf(ada, 1)));
  EXPECT_FALSE(again->last<wire::Welcome>().participants.at(0).sharing);
  start(again);
  EXPECT_TRUE(called("add " + screenOf(ada, 2)));
}

// The notice went to nobody, or into a connection that was dead already: `welcome` repeats it.
TEST_F(ScreenTest, WhoResumesHearsHowItEnded) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  EXPECT_FALSE(ada->last<wire::Welcome>().screen);
  start(bob);
  bob->seat.reset();
  ada->say(wire::Moderate{wire::ModerateAction::stopScreen, {bob->id()}});
  Client again = resumed("Bob", bob->token());
  ASSERT_TRUE(again->last<wire::Welcome>().screen);
  EXPECT_EQ(again->last<wire::Welcome>().screen->state, ScreenState::ended);
  EXPECT_EQ(again->last<wire::Welcome>().screen->why.text, "stopped by the moderator");
  start(again);
  EXPECT_TRUE(shares(*bob)) << "asked for anew";
  start(ada);
  again = resumed("Bob", bob->token());
  ASSERT_TRUE(again->last<wire::Welcome>().screen);
  EXPECT_EQ(again->last<wire::Welcome>().screen->state, ScreenState::takenOver);
  start(again);
  again = resumed("Bob", bob->token());
  EXPECT_FALSE(again->last<wire::Welcome>().screen) << "it ended by the resume itself";
}

TEST_F(ScreenTest, WhileAwayAFailureEndsIt) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  ada->seat.reset();
  failScreen(ada, 1);
  EXPECT_FALSE(shares(*ada));
  EXPECT_FALSE(called("add " + screenOf(ada, 2)));
}

TEST_F(ScreenTest, ComesBackAfterARespawnBehindItsMainConnection) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  crash();
  ASSERT_EQ(host.last().peers.size(), 3u);
  EXPECT_EQ(host.last().peers[0].key, key(*ada, 2));
  EXPECT_EQ(host.last().peers[1].key, key(*ada, 2, "screen"));
  EXPECT_EQ(host.last().peers[2].key, key(*bob, 2));
  EXPECT_TRUE(shares(*ada));
}

TEST_F(ScreenTest, EndsWhenTheRoomDiesAgainAndAgain) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  crash();
  crash();
  EXPECT_FALSE(shares(*ada));
  EXPECT_EQ(ada->last<wire::ScreenNotice>().state, ScreenState::ended);
  EXPECT_EQ(ada->last<wire::ScreenNotice>().why.code, ErrorCode::roomFailed);
  start(bob);
  EXPECT_EQ(bob->last<wire::ScreenNotice>().why.code, ErrorCode::roomFailed) << "while it is found out who";
  for (const PeerSettings& peer : host.last().peers) EXPECT_EQ(peer.key.pc, "main");
}

TEST_F(ScreenTest, IsRefusedWhenThereIsNoTime) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  start(ada);
  degrade(Degradation::closed);
  start(bob);
  EXPECT_EQ(bob->last<wire::ScreenNotice>().why.code, ErrorCode::overloaded);
  EXPECT_TRUE(shares(*ada)) << "who has it keeps it";
  start(ada);
  EXPECT_TRUE(called("add " + screenOf(ada, 2)));
}

TEST_F(ScreenTest, IsCounted) {
  const Client ada = joined("Ada");
  start(ada);
  EXPECT_NE(registry().metricsText().find("tessera_room_screens{room=\"here\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace tessera::test
