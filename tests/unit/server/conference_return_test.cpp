// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "conference_fixture.h"

// Who loses the WebSocket, the media or both, and who comes back.

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

TEST_F(ConferenceTest, TheTokenTakesThePlaceOver) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  const Client again = resumed("Ada", ada->token());
  EXPECT_EQ(again->id(), ada->id());
  EXPECT_TRUE(again->last<wire::Welcome>().resumed);
  EXPECT_EQ(again->last<wire::Welcome>().role, wire::Role::moderator);
  EXPECT_EQ(ada->byes.at(0).code, ErrorCode::conflict);
  EXPECT_EQ(entries()[0].id.value, ada->id()) << "the same place in the roster";
  EXPECT_EQ(entries().size(), 2u);
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id())));
  EXPECT_FALSE(called(fmt::format("remove {}/1", ada->id()))) << "the place in the picture stays too";
  ada->seat.reset();  // the old connection closes at last
  EXPECT_EQ(entries().size(), 2u);
  again->say(wire::ClientChat{"still me"});
  EXPECT_EQ(bob->last<wire::ServerChat>().text, "still me");
}

TEST_F(ConferenceTest, AnIdAloneTakesNothingOver) {
  const Client ada = joined("Ada");
  for (const std::string& forged :
       {ada->id(),
        signaling::ResumeTokens("guess").issue({kRoom, {ada->id()}}, std::chrono::system_clock::now()),
        tokens.issue({{"other"}, {ada->id()}}, std::chrono::system_clock::now())}) {
    const Client eve = resumed("Eve", forged);
    EXPECT_NE(eve->id(), ada->id());
    EXPECT_FALSE(eve->last<wire::Welcome>().resumed);
  }
  EXPECT_TRUE(ada->byes.empty());
}

TEST_F(ConferenceTest, WhoLosesTheWebSocketKeepsPlaceAndMedia) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  connectMedia(*ada, 1);
  ada->seat.reset();
  EXPECT_EQ(entries().size(), 2u);
  EXPECT_FALSE(called(fmt::format("remove {}/1", ada->id()))) << "media untouched";
  const Client again = resumed("Ada", ada->token());
  EXPECT_EQ(again->id(), ada->id());
  EXPECT_TRUE(ada->byes.empty());
}

TEST_F(ConferenceTest, WhoStaysAwayLosesThePlace) {
  settings.room.resumeTimeout = 0s;
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->seat.reset();
  ASSERT_TRUE(runUntil([&] { return entries().size() == 1; }));
  EXPECT_TRUE(called(fmt::format("remove {}/1", ada->id())));
  EXPECT_EQ(entries()[0].role, wire::Role::moderator);
}

TEST_F(ConferenceTest, WhoClosesThePageLosesThePlaceSooner) {
  timing.reloadLimit = 1ms;
  const Client ada = joined("Ada"), bob = joined("Bob"), eve = joined("Eve");
  ada->seat->onGoingAway();
  ada->seat.reset();
  eve->seat.reset();
  ASSERT_TRUE(runUntil([&] { return entries().size() == 2; }));
  EXPECT_TRUE(called(fmt::format("remove {}/1", ada->id())));
  EXPECT_FALSE(called(fmt::format("remove {}/1", eve->id())));
}

TEST_F(ConferenceTest, FailureWhileAwayWaitsForTheReturn) {
  const Client ada = joined("Ada");
  ada->seat.reset();
  failMedia(*ada, 1);
  EXPECT_FALSE(called(fmt::format("add {}/2", ada->id())));
  const Client again = resumed("Ada", ada->token());
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id())));
}

TEST_F(ConferenceTest, TheTokenSurvivesARestart) {
  const Client ada = joined("Ada");
  const std::string token = ada->token();
  const std::string id = ada->id();
  restart();
  const Client again = resumed("Ada", token);
  EXPECT_EQ(again->id(), id);
  EXPECT_TRUE(again->last<wire::Welcome>().resumed);
}

TEST_F(ConferenceTest, WhoIsNotHeardAtAllLeavesLongBeforeTheResumeTimeout) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  connectMedia(*ada, 1);
  failMedia(*ada, 1);  // renewed, over a WebSocket that leads nowhere
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id())));
  ada->silent = timing.deadAfter;
  ada->seat.reset();
  ASSERT_TRUE(runUntil([&] { return entries().size() == 1; }, 2s));
  EXPECT_TRUE(called(fmt::format("remove {}/2", ada->id())));
}

TEST_F(ConferenceTest, WhoseMediaFailsWhileTheWebSocketIsLostLeavesToo) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  connectMedia(*ada, 1);
  ada->silent = timing.deadAfter;
  ada->seat.reset();
  runUntil([] { return g_main_context_iteration(nullptr, FALSE) == FALSE; });
  EXPECT_EQ(entries().size(), 2u) << "the media goes on, and so does the place";
  failMedia(*ada, 1);
  EXPECT_TRUE(called(fmt::format("remove {}/1", ada->id()))) << "the tile goes at once";
  ASSERT_TRUE(runUntil([&] { return entries().size() == 1; }, 2s));
}

TEST_F(ConferenceTest, WhoseMediaComesUpWhileTheWebSocketIsLostStays) {
  timing.deadAfter = 0ms;
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->seat.reset();
  connectMedia(*ada, 1);
  runUntil([] { return false; }, 20ms);
  EXPECT_EQ(entries().size(), 2u);
}

TEST_F(ConferenceTest, WhoHasLeftMeanwhileComesBackAsTheSame) {
  timing.deadAfter = 0ms;
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->seat.reset();
  ASSERT_TRUE(runUntil([&] { return entries().size() == 1; }));
  const Client again = resumed("Ada", ada->token());
  EXPECT_EQ(again->id(), ada->id());
  EXPECT_TRUE(again->last<wire::Welcome>().resumed);
  EXPECT_EQ(entries().size(), 2u);
  EXPECT_EQ(host.last().peers.back().key, key(*ada, 1)) << "of this stay";
}

// ---- muted by others meanwhile

class MutedMeanwhile : public ConferenceTest {
 protected:
  void SetUp() override {
    ConferenceTest::SetUp();
    ada = joined("Ada");
    bob = joined("Bob");
    connectMedia(*bob, 1);
  }
  void muteBob() { ada->say(wire::Moderate{wire::ModerateAction::mute, {bob->id()}}); }
  bool muted() { return entries().at(1).muted; }
  static bool saysMuted(const std::vector<wire::RosterEntry>& list) { return list.at(1).muted; }
  // With the connection that he had, and not muted.
  Client back() {
    auto client = std::make_unique<FakeClient>();
    wire::Join join = joinAs("Bob");
    join.resume = bob->token();
    join.keep = {{"main", 1}};
    EXPECT_TRUE(enter(*client, join).has_value());
    return client;
  }
  Client ada, bob;
};

TEST_F(MutedMeanwhile, WhoComesBackStaysMutedAndIsToldOfIt) {
  bob->seat.reset();
  muteBob();
  const Client again = back();
  EXPECT_TRUE(muted());
  EXPECT_TRUE(saysMuted(again->last<wire::Welcome>().participants));
  EXPECT_EQ(host.last().calls.back(), fmt::format("update {} muted cameraOn", bob->id()));
  again->say(wire::ClientMedia{false, {}});
  EXPECT_FALSE(muted()) << "they know, and may";
  again->seat.reset();
  const Client third = back();
  EXPECT_FALSE(muted()) << "once";
}

TEST_F(MutedMeanwhile, WhoIsAwayAgainBeforeAnythingIsHeardMayNotKnowIt) {
  bob->seat.reset();
  muteBob();
  const Client again = back();
  again->silent = 1h;
  again->seat.reset();
  const Client third = back();
  EXPECT_TRUE(muted());
}

TEST_F(MutedMeanwhile, ASocketThatIsDeadUnnoticedCountsAsLost) {
  bob->silent = 1h;
  muteBob();
  const Client again = back();
  EXPECT_TRUE(muted());
  EXPECT_TRUE(saysMuted(again->last<wire::Welcome>().participants));
}

TEST_F(MutedMeanwhile, WhoWasHeardSinceKnowsIt) {
  muteBob();
  bob->seat.reset();
  const Client again = back();
  EXPECT_FALSE(muted()) << "they have unmuted themselves";
}

TEST_F(MutedMeanwhile, TheApiMayTakeItBack) {
  bob->seat.reset();
  muteBob();
  ASSERT_TRUE(registry().changeParticipant(kRoom, {bob->id()}, {false, {}}).has_value());
  const Client again = back();
  EXPECT_FALSE(muted());
}

// ---- with the media that they had

wire::Join returning(const FakeClient& client, std::vector<wire::KeptConnection> keep) {
  wire::Join join;
  join.name = "Ada";
  join.codecs = {VideoCodec::vp8, VideoCodec::h264};
  join.resume = client.token();
  join.keep = std::move(keep);
  return join;
}

TEST_F(ConferenceTest, WhoLostTheWebSocketAloneKeepsTheConnection) {
  const Client ada = joined("Ada");
  connectMedia(*ada, 1);
  const Receiving receiving{2, {320, 180, 15}, 150, ReceivingLimit::network};
  host.last().events->onReceiving(key(*ada, 1), receiving);
  host.last().events->onIngest(key(*ada, 1), {640, 360, 30, 700});
  ada->seat.reset();
  FakeClient again;
  wire::Join join = returning(*ada, {{"main", 1}});
  join.muted = true;
  ASSERT_TRUE(enter(again, join).has_value());
  EXPECT_EQ(host.last().peers.size(), 1u) << "no new connection";
  EXPECT_FALSE(called(fmt::format("remove {}/1", ada->id())));
  EXPECT_TRUE(called(fmt::format("update {} muted cameraOn", ada->id()))) << "what it sends may have changed";
  EXPECT_TRUE(entries()[0].connected);
  EXPECT_EQ(again.last<wire::ServerReceiving>().receiving, receiving) << "it may have been missed";
  EXPECT_EQ(again.last<wire::ServerIngest>().ingest.width, 640);
  host.last().events->onCandidate(key(*ada, 1), {0, "candidate:x"});
  EXPECT_EQ(again.last<wire::ServerCandidate>().gen, 1u);
}

TEST_F(ConferenceTest, AConnectionThatIsNotUpIsNotKept) {
  const Client ada = joined("Ada");
  FakeClient early, stale;
  ASSERT_TRUE(enter(early, returning(*ada, {{"main", 1}})).has_value());
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id()))) << "the server has not seen it connected";
  connectMedia(*ada, 2);
  ASSERT_TRUE(enter(stale, returning(*ada, {{"main", 1}, {"screen", 2}})).has_value());
  EXPECT_TRUE(called(fmt::format("add {}/3", ada->id()))) << "of another gen";
}

TEST_F(ConferenceTest, ASharedScreenMayBeKeptToo) {
  const Client ada = joined("Ada");
  connectMedia(*ada, 1);
  ada->say(wire::ClientScreen{wire::ScreenAction::start});
  ASSERT_TRUE(shares(*ada));
  FakeClient again;
  ASSERT_TRUE(enter(again, returning(*ada, {{"screen", 1}, {"main", 1}})).has_value());
  EXPECT_TRUE(shares(*ada));
  EXPECT_FALSE(called(fmt::format("remove {}/screen/1", ada->id())));
  FakeClient third;
  ASSERT_TRUE(enter(third, returning(*ada, {{"main", 1}})).has_value());
  EXPECT_FALSE(shares(*ada));
}

}  // namespace
}  // namespace tessera::test
