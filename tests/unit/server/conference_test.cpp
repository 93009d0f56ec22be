// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "conference_fixture.h"
#include "wire/limits.h"

// The rules of a room, played against a fake media host and fake clients.

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

// ---- joining and leaving

TEST_F(ConferenceTest, WelcomesAndOffers) {
  const Client ada = joined("Ada");
  const auto welcome = ada->last<wire::Welcome>();
  EXPECT_EQ(welcome.room, kRoom);
  EXPECT_EQ(welcome.role, wire::Role::moderator);
  EXPECT_FALSE(welcome.resumed);
  ASSERT_EQ(welcome.participants.size(), 1u);
  EXPECT_EQ(welcome.participants[0].name, "Ada");
  EXPECT_EQ(host.last().settings.room, kRoom);
  ASSERT_EQ(host.last().peers.size(), 1u);
  EXPECT_EQ(host.last().peers[0].key, key(*ada, 1));
  host.last().events->onOffer(key(*ada, 1), "v=0");
  EXPECT_EQ(ada->last<wire::ServerOffer>().sdp, "v=0");
  EXPECT_EQ(ada->last<wire::ServerOffer>().gen, 1u);
  EXPECT_EQ(metrics.joins["ok"], 1u);
}

TEST_F(ConferenceTest, EverybodyLearnsOfEverybodyInOneGo) {
  const Client ada = joined("Ada"), bob = joined("Bob"), cyd = joined("Cyd");
  ASSERT_TRUE(runUntil([&] { return !ada->all<wire::Roster>().empty(); }));
  EXPECT_EQ(ada->all<wire::Roster>().size(), 1u) << "three joins, told together";
  EXPECT_EQ(ada->last<wire::Roster>().participants.size(), 3u);
  EXPECT_EQ(cyd->last<wire::Roster>().participants[0].role, wire::Role::moderator);
  bob->say(wire::Leave{});
  ASSERT_EQ(bob->byes.size(), 1u);
  EXPECT_FALSE(bob->byes[0].reconnect);
  EXPECT_TRUE(called(fmt::format("remove {}/1", bob->id())));
  ASSERT_TRUE(runUntil([&] { return ada->last<wire::Roster>().participants.size() == 2; }));
}

TEST_F(ConferenceTest, CodecIsTheFirstConfiguredThatTheClientHas) {
  settings.room.codecs = {VideoCodec::h264, VideoCodec::vp8};
  FakeClient both, one, none;
  ASSERT_TRUE(enter(both, joinAs("both")).has_value());
  wire::Join join = joinAs("one");
  join.codecs = {VideoCodec::vp8};
  ASSERT_TRUE(enter(one, join).has_value());
  EXPECT_EQ(host.last().peers[0].codec, VideoCodec::h264);
  EXPECT_EQ(host.last().peers[1].codec, VideoCodec::vp8);
  settings.room.codecs = {VideoCodec::h264};
  EXPECT_EQ(enter(none, join, {"other"}).error().code, ErrorCode::unsupported);
}

TEST_F(ConferenceTest, WhatIsNotSentIsOff) {
  FakeClient listener;
  wire::Join join = joinAs("listener");
  join.sendAudio = join.sendVideo = false;
  join.viewer = true;
  ASSERT_TRUE(enter(listener, join).has_value());
  const PeerSettings& peer = host.last().peers.at(0);
  EXPECT_TRUE(peer.muted && peer.cameraOff && peer.hidden);
  EXPECT_EQ(listener.last<wire::Welcome>().role, wire::Role::viewer);
}

TEST_F(ConferenceTest, LimitsAreSaidClearly) {
  settings.limits.rooms = 1;
  settings.limits.participantsPerRoom = 2;
  const Client ada = joined("Ada"), bob = joined("Bob");
  FakeClient cyd;
  EXPECT_EQ(enter(cyd, joinAs("Cyd")).error().code, ErrorCode::tooMany);
  EXPECT_EQ(enter(cyd, joinAs("Cyd"), {"other"}).error().code, ErrorCode::tooMany);
  EXPECT_EQ(metrics.joins["too-many"], 2u);
  const Client again = resumed("Bob", bob->token());
  EXPECT_EQ(again->id(), bob->id()) << "who has a place may take it in a full room";
}

TEST_F(ConferenceTest, AnEmptyRoomEnds) {
  settings.room.emptyTimeout = 0s;
  Client ada = joined("Ada");
  ada->say(wire::Leave{});
  ASSERT_TRUE(runUntil([&] { return registry().empty(); }));
  EXPECT_TRUE(host.last().closed);
  EXPECT_EQ(registry().describeRoom(kRoom).error().code, ErrorCode::notFound);
  const Client bob = joined("Bob");
  EXPECT_EQ(host.processes.size(), 2u);
}

TEST_F(ConferenceTest, ARoomThatCannotStartIsAnError) {
  host.refuses = true;
  FakeClient ada;
  EXPECT_EQ(enter(ada, joinAs("Ada")).error().code, ErrorCode::roomFailed);
  EXPECT_TRUE(registry().empty());
}

// ---- moderation

TEST_F(ConferenceTest, TheModeratorHandsOverByLeaving) {
  const Client ada = joined("Ada"), bob = joined("Bob"), cyd = joined("Cyd");
  ada->say(wire::Leave{});
  EXPECT_EQ(entries()[0].name, "Bob");
  EXPECT_EQ(entries()[0].role, wire::Role::moderator);
  EXPECT_EQ(entries()[1].role, wire::Role::participant);
}

TEST_F(ConferenceTest, ALostConnectionDoesNotHandOver) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->seat.reset();
  EXPECT_EQ(entries()[0].role, wire::Role::moderator);
  EXPECT_EQ(entries()[1].role, wire::Role::participant);
}

TEST_F(ConferenceTest, OnlyTheModeratorModerates) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  for (const auto action :
       {wire::ModerateAction::kick, wire::ModerateAction::mute, wire::ModerateAction::end}) {
    bob->say(wire::Moderate{action, {ada->id()}});
    EXPECT_EQ(bob->lastError(), ErrorCode::forbidden);
  }
  EXPECT_TRUE(ada->byes.empty());
  EXPECT_FALSE(entries()[0].muted);
}

TEST_F(ConferenceTest, MuteKickEnd) {
  const Client ada = joined("Ada"), bob = joined("Bob"), cyd = joined("Cyd");
  ada->say(wire::Moderate{wire::ModerateAction::mute, {bob->id()}});
  EXPECT_TRUE(entries()[1].muted);
  EXPECT_TRUE(called(fmt::format("update {} muted", bob->id())));
  ada->say(wire::Moderate{wire::ModerateAction::kick, {bob->id()}});
  ASSERT_EQ(bob->byes.size(), 1u);
  EXPECT_EQ(bob->byes[0].code, ErrorCode::forbidden);
  EXPECT_EQ(entries().size(), 2u);
  FakeClient back;
  wire::Join join = joinAs("Bob");
  join.resume = bob->token();
  EXPECT_EQ(enter(back, join).error().code, ErrorCode::forbidden) << "the old token does not lead back";
  ada->say(wire::Moderate{wire::ModerateAction::kick, {"nobody"}});
  EXPECT_EQ(ada->lastError(), ErrorCode::notFound);
  ada->say(wire::Moderate{wire::ModerateAction::end, {}});
  EXPECT_EQ(cyd->byes.at(0).code, ErrorCode::roomEnded);
  EXPECT_EQ(ada->byes.at(0).code, ErrorCode::roomEnded);
  EXPECT_TRUE(registry().empty());
}

TEST_F(ConferenceTest, AModeratorMayKickItself) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->say(wire::Moderate{wire::ModerateAction::kick, {ada->id()}});
  EXPECT_EQ(ada->byes.size(), 1u);
  EXPECT_EQ(entries().size(), 1u);
  EXPECT_EQ(entries()[0].role, wire::Role::moderator);
}

// ---- talking

TEST_F(ConferenceTest, ChatHandMedia) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  ada->say(wire::ClientChat{"hello"});
  const auto chat = bob->last<wire::ServerChat>();
  EXPECT_EQ(chat.text, "hello");
  EXPECT_EQ(chat.name, "Ada");
  EXPECT_EQ(chat.from.value, ada->id());
  EXPECT_GT(chat.timeMs, 1'600'000'000'000);
  bob->say(wire::ClientHand{true});
  bob->say(wire::ClientMedia{true, std::nullopt});
  EXPECT_TRUE(entries()[1].handRaised);
  EXPECT_TRUE(entries()[1].muted);
  EXPECT_FALSE(entries()[1].cameraOff);
  EXPECT_TRUE(called(fmt::format("update {} handUp", bob->id())));
  EXPECT_TRUE(called(fmt::format("update {} muted", bob->id())));
}

TEST_F(ConferenceTest, ChatFloodsAreHeldBack) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  for (int i = 0; i < 30; ++i) ada->say(wire::ClientChat{"x"});
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
  EXPECT_LE(bob->all<wire::ServerChat>().size(), 11u);
}

TEST_F(ConferenceTest, TilesAndSpeakingAreForwarded) {
  const Client ada = joined("Ada");
  Tile tile;
  tile.participant = {ada->id()};
  tile.width = 640;
  host.last().events->onPicture({{640, 360, 15}, LayoutKind::grid, {tile}, 0});
  host.last().events->onSpeaking({{{ada->id()}, -20, true}});
  EXPECT_EQ(ada->last<wire::Tiles>().picture.tiles.at(0).width, 640);
  EXPECT_TRUE(ada->last<wire::SpeakingUpdate>().levels.at(0).speaking);
  EXPECT_EQ(registry().describeRoom(kRoom)->participants[0].levelDb, -20);
  const Client bob = joined("Bob");
  EXPECT_EQ(bob->last<wire::Tiles>().picture.tiles.size(), 1u) << "a new joiner gets the present tiles";
}

// ---- connections

TEST_F(ConferenceTest, AnswersAndCandidatesOfThePresentConnectionOnly) {
  const Client ada = joined("Ada");
  ada->say(wire::ClientAnswer{"main", 1, "v=0"});
  ada->say(wire::ClientCandidate{"main", 1, {0, "candidate:x"}});
  EXPECT_TRUE(called(fmt::format("answer {}/1", ada->id())));
  EXPECT_TRUE(called(fmt::format("candidate {}/1", ada->id())));
  const auto calls = host.last().calls.size();
  ada->say(wire::ClientAnswer{"main", 2, "v=0"});
  EXPECT_EQ(ada->lastError(), ErrorCode::conflict);
  EXPECT_FALSE(ada->last<wire::ErrorMessage>().final);
  EXPECT_EQ(ada->last<wire::ErrorMessage>().re, "answer");
  ada->say(wire::ClientCandidate{"screen", 1, {0, "candidate:x"}});
  EXPECT_EQ(ada->last<wire::ErrorMessage>().re, "candidate");
  EXPECT_EQ(host.last().calls.size(), calls);
}

TEST_F(ConferenceTest, CandidatesHaveALimitPerConnection) {
  const Client ada = joined("Ada");
  const auto send = [&](std::uint32_t gen) {
    for (int i = 0; i < 60; ++i) ada->say(wire::ClientCandidate{"main", gen, {0, "candidate:x"}});
    return std::count(host.last().calls.begin(), host.last().calls.end(),
                      fmt::format("candidate {}/{}", ada->id(), gen));
  };
  EXPECT_EQ(send(1), wire::kMaxCandidates);
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
  ada->say(wire::Reconnect{"main"});
  EXPECT_EQ(send(2), wire::kMaxCandidates);
}

TEST_F(ConferenceTest, ReconnectMakesANewConnectionOncePerSecond) {
  const Client ada = joined("Ada");
  ada->say(wire::Reconnect{"main"});
  EXPECT_TRUE(called(fmt::format("add {}/2", ada->id())));
  EXPECT_FALSE(called(fmt::format("remove {}/1", ada->id()))) << "the room would show and sound an exit";
  ada->say(wire::Reconnect{"main"});
  EXPECT_EQ(ada->lastError(), ErrorCode::tooMany);
  EXPECT_EQ(host.last().peers.size(), 2u);
  host.last().events->onOffer(key(*ada, 1), "late");
  EXPECT_TRUE(ada->all<wire::ServerOffer>().empty()) << "an offer of the old connection goes nowhere";
}

TEST_F(ConferenceTest, FailedMediaIsTriedAgainThreeTimes) {
  const Client ada = joined("Ada");
  for (std::uint32_t gen = 1; gen <= 3; ++gen) {
    failMedia(*ada, gen);
    EXPECT_TRUE(called(fmt::format("add {}/{}", ada->id(), gen + 1)));
    EXPECT_FALSE(called(fmt::format("remove {}/{}", ada->id(), gen)));
    failMedia(*ada, gen);  // late: ignored
  }
  EXPECT_TRUE(ada->byes.empty());
  failMedia(*ada, 4);
  EXPECT_EQ(ada->lastError(), ErrorCode::mediaFailed);
  EXPECT_TRUE(ada->last<wire::ErrorMessage>().final);
  EXPECT_EQ(ada->byes.at(0).code, ErrorCode::mediaFailed);
  EXPECT_TRUE(called(fmt::format("remove {}/4", ada->id())));
  EXPECT_TRUE(entries().empty());
}

TEST_F(ConferenceTest, AWrongFingerprintIsFinal) {
  const Client ada = joined("Ada"), eve = joined("Eve");
  failMedia(*eve, 1, ErrorCode::fingerprintMismatch);
  EXPECT_EQ(eve->lastError(), ErrorCode::fingerprintMismatch);
  EXPECT_TRUE(eve->last<wire::ErrorMessage>().final);
  EXPECT_FALSE(eve->byes.at(0).reconnect);
  EXPECT_FALSE(called(fmt::format("add {}/2", eve->id())));
  EXPECT_EQ(entries().size(), 1u);
}

TEST_F(ConferenceTest, RefusedSdpIsToldAndSurvived) {
  const Client ada = joined("Ada");
  host.last().events->onPeerError(key(*ada, 1), {ErrorCode::badSdp, "no"});
  EXPECT_EQ(ada->lastError(), ErrorCode::badSdp);
  EXPECT_FALSE(ada->last<wire::ErrorMessage>().final);
  EXPECT_TRUE(ada->byes.empty());
}

TEST_F(ConferenceTest, ConnectedIsSeenInTheRoster) {
  const Client ada = joined("Ada");
  EXPECT_FALSE(entries()[0].connected);
  connectMedia(*ada, 1);
  host.last().events->onConnectionQuality(key(*ada, 1), true);
  EXPECT_TRUE(entries()[0].connected);
  EXPECT_TRUE(entries()[0].poorConnection);
  ada->say(wire::Reconnect{"main"});
  EXPECT_FALSE(entries()[0].connected);
  EXPECT_FALSE(entries()[0].poorConnection);
}

// ---- the process

TEST_F(ConferenceTest, ACrashIsSurvivedByTheWebSockets) {
  const Client ada = joined("Ada"), bob = joined("Bob");
  connectMedia(*ada, 1);
  ada->say(wire::ClientHand{true});
  ada->say(wire::ClientMedia{true, std::nullopt});
  crash();
  ASSERT_EQ(host.processes.size(), 2u);
  EXPECT_EQ(host.last().settings.room, kRoom);
  ASSERT_EQ(host.last().peers.size(), 2u);
  EXPECT_EQ(host.last().peers[0].key, key(*ada, 2));
  EXPECT_TRUE(host.last().peers[0].muted) << "as the server knows them, not as they joined";
  EXPECT_TRUE(called(fmt::format("update {} handUp", ada->id())));
  host.last().events->onOffer(key(*bob, 2), "fresh");
  EXPECT_EQ(bob->last<wire::ServerOffer>().sdp, "fresh");
  EXPECT_TRUE(ada->byes.empty() && bob->byes.empty());
  EXPECT_EQ(registry().describeRoom(kRoom)->restarts, 1);
  EXPECT_EQ(metrics.roomDeaths["io"], 1u);
}

TEST_F(ConferenceTest, OtherRoomsAreUndisturbed) {
  const Client ada = joined("Ada");
  FakeClient bob;
  ASSERT_TRUE(enter(bob, joinAs("Bob"), {"other"}).has_value());
  const auto other = host.processes[1];
  host.processes[0]->events->onFailed({ErrorCode::timeout, "hangs"});
  EXPECT_NE(other->events, nullptr);
  EXPECT_EQ(other->calls.size(), 1u);
  EXPECT_EQ(host.processes.size(), 3u);
}

TEST_F(ConferenceTest, TheOneWhoCrashesTheRoomIsBarredAndTheOthersGoOn) {
  const Client ada = joined("Ada"), eve = joined("Eve"), cyd = joined("Cyd");
  // Whoever is in when Eve connects dies with the process; gens of each client count up.
  std::map<std::string, std::uint32_t> gens;
  const auto follow = [&] {
    for (const auto& process : host.processes)
      for (const auto& peer : process->peers)
        gens[peer.key.participant.value] = std::max(gens[peer.key.participant.value], peer.key.gen);
  };
  const auto inMix = [&](const Client& client) {
    follow();
    const auto& peers = host.last().peers;
    return std::any_of(peers.begin(), peers.end(),
                       [&](const PeerSettings& p) { return p.key.participant.value == client->id(); });
  };
  crash();
  crash();
  EXPECT_TRUE(runUntil([&] { return inMix(ada); }));
  EXPECT_FALSE(inMix(eve)) << "one at a time";
  connectMedia(*ada, gens[ada->id()]);
  ASSERT_TRUE(runUntil([&] { return inMix(eve); }));
  EXPECT_FALSE(inMix(cyd));
  connectMedia(*eve, gens[eve->id()]);
  crash();
  EXPECT_EQ(eve->lastError(), ErrorCode::roomFailed);
  EXPECT_TRUE(eve->last<wire::ErrorMessage>().final);
  EXPECT_EQ(eve->byes.at(0).code, ErrorCode::forbidden);
  EXPECT_FALSE(eve->byes.at(0).reconnect);
  EXPECT_TRUE(inMix(ada));
  ASSERT_TRUE(runUntil([&] { return inMix(cyd); }));
  EXPECT_TRUE(ada->byes.empty() && cyd->byes.empty());
  EXPECT_EQ(entries().size(), 2u);
  EXPECT_EQ(metrics.barred, 1u);

  FakeClient back;
  wire::Join join = joinAs("Eve2");
  join.resume = eve->token();
  EXPECT_EQ(enter(back, join, kRoom, "192.0.2.9").error().code, ErrorCode::forbidden) << "by the token";
  EXPECT_EQ(enter(back, joinAs("Eve")).error().code, ErrorCode::forbidden) << "by address and name";
  EXPECT_TRUE(enter(back, joinAs("Eve"), kRoom, "192.0.2.9").has_value()) << "somebody else";
}

TEST_F(ConferenceTest, WithoutAProcessTheRoomEndsAndSaysWhen) {
  const Client ada = joined("Ada");
  host.refuses = true;
  crash();
  EXPECT_EQ(ada->byes.at(0).code, ErrorCode::roomFailed);
  EXPECT_TRUE(ada->byes.at(0).reconnect);
  EXPECT_TRUE(registry().empty());
}

TEST_F(ConferenceTest, ShuttingDownTellsEverybodyToComeBack) {
  const Client ada = joined("Ada");
  FakeClient bob, cyd;
  ASSERT_TRUE(enter(bob, joinAs("Bob"), {"other"}).has_value());
  EXPECT_TRUE(registry().ready());
  registry().shutDown({ErrorCode::shuttingDown, "going down", true, 1500});
  EXPECT_FALSE(registry().ready());
  for (const FakeClient* client : {ada.get(), &bob}) {
    EXPECT_EQ(client->byes.at(0).code, ErrorCode::shuttingDown);
    EXPECT_TRUE(client->byes.at(0).reconnect);
    EXPECT_GT(client->byes.at(0).afterMs, 0);
  }
  EXPECT_TRUE(host.processes[0]->closed && host.processes[1]->closed);
  EXPECT_EQ(registry().mayConnect(kRoom).error().code, ErrorCode::shuttingDown);
  EXPECT_EQ(enter(cyd, joinAs("Cyd")).error().code, ErrorCode::shuttingDown);
}

// ---- the API

TEST_F(ConferenceTest, TheOperatorMayDoItToo) {
  ASSERT_TRUE(registry().createRoom({kRoom, ""}).has_value());
  EXPECT_EQ(registry().createRoom({kRoom, ""}).error().code, ErrorCode::conflict);
  const Client ada = joined("Ada"), bob = joined("Bob");
  EXPECT_EQ(host.processes.size(), 1u);
  RoomHealth health;
  health.peers = 2;
  health.cpuSeconds = 1.5;
  host.last().events->onHealth(health);
  const auto details = registry().describeRoom(kRoom);
  EXPECT_EQ(details->processId, 1);
  EXPECT_EQ(details->summary.state, wire::RoomState::running);
  EXPECT_EQ(registry().listRooms().at(0).participants, 2);
  EXPECT_NE(registry().metricsText().find("tessera_room_cpu_seconds_total{room=\"here\"} 1.5"),
            std::string::npos)
      << registry().metricsText();
  EXPECT_TRUE(registry().changeParticipant(kRoom, {bob->id()}, {true, {}}).has_value());
  EXPECT_TRUE(entries()[1].muted);
  EXPECT_TRUE(registry().removeParticipant(kRoom, {bob->id()}).has_value());
  EXPECT_EQ(registry().removeParticipant(kRoom, {bob->id()}).error().code, ErrorCode::notFound);
  EXPECT_TRUE(registry().endRoom(kRoom).has_value());
  EXPECT_EQ(ada->byes.at(0).code, ErrorCode::roomEnded);
  EXPECT_EQ(registry().endRoom(kRoom).error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace tessera::test
