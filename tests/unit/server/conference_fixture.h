// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "fakes.h"
#include "server/conference_registry.h"
#include "temporary_folder.h"

namespace tessera::test {

using Client = std::unique_ptr<FakeClient>;

inline const RoomId kRoom{"here"};

class ConferenceTest : public testing::Test {
 protected:
  void SetUp() override {
    bindMainThread();
    settings.room.emptyTimeout = std::chrono::seconds(10);
    settings.room.resumeTimeout = std::chrono::seconds(30);
    timing.probeEvery = std::chrono::milliseconds(5);
    timing.crashes.stable = std::chrono::milliseconds(30);
    timing.crashes.patience = std::chrono::milliseconds(60);
  }
  void TearDown() override {
    restart();
    runUntil([] { return g_main_context_iteration(nullptr, FALSE) == FALSE; });
  }

  server::ConferenceRegistry& registry() {
    if (!registry_) {
      RoomSettings prototype;
      prototype.maxParticipants = settings.limits.participantsPerRoom;
      registry_ = std::make_unique<server::ConferenceRegistry>(
          server::RoomContext{settings, host, tokens, metrics, recordings()}, prototype, timing);
    }
    return *registry_;
  }
  server::RecordingStore& recordings() {
    if (!recordings_) {
      server::RecordingPolicy policy;
      policy.directory = folder.path();
      policy.minFreeBytes = 0;
      recordings_ =
          std::make_unique<server::RecordingStore>(policy, server::PostRunner::Environment{"/bin/false"});
      recordings_->open();
    }
    return *recordings_;
  }
  // A restart of the server: everything is forgotten but the key and the disk.
  void restart() {
    registry_.reset();
    recordings_.reset();
  }

  static wire::Join joinAs(const std::string& name) {
    wire::Join join;
    join.name = name;
    join.codecs = {VideoCodec::vp8, VideoCodec::h264};
    return join;
  }
  Status enter(FakeClient& client, const wire::Join& join, const RoomId& room = kRoom,
               const std::string& address = "192.0.2.1") {
    auto seat = registry().join(room, join, client, address);
    if (!seat) return tl::unexpected(seat.error());
    client.seat = std::move(*seat);
    return {};
  }
  Client joined(const std::string& name) {
    auto client = std::make_unique<FakeClient>();
    EXPECT_TRUE(enter(*client, joinAs(name)).has_value());
    return client;
  }
  Client resumed(const std::string& name, const std::string& token) {
    auto client = std::make_unique<FakeClient>();
    wire::Join join = joinAs(name);
    join.resume = token;
    EXPECT_TRUE(enter(*client, join).has_value());
    return client;
  }
  std::vector<wire::RosterEntry> entries() {
    std::vector<wire::RosterEntry> list;
    const auto details = registry().describeRoom(kRoom);
    if (details)
      for (const auto& p : details->participants) list.push_back(p.entry);
    return list;
  }
  static PeerKey key(const FakeClient& client, std::uint32_t gen, const char* pc = "main") {
    return {{client.id()}, pc, gen};
  }
  PeerSettings lastPeer() { return host.last().peers.at(host.last().peers.size() - 1); }
  bool shares(const FakeClient& client) {
    for (const wire::RosterEntry& entry : entries())
      if (entry.id.value == client.id()) return entry.sharing;
    return false;
  }
  void degrade(Degradation level) {
    RoomHealth health;
    health.degradation = level;
    host.last().events->onHealth(health);
  }
  void connectMedia(const FakeClient& client, std::uint32_t gen) {
    host.last().events->onPeerState(key(client, gen), PeerState::connected, {});
  }
  void failMedia(const FakeClient& client, std::uint32_t gen, ErrorCode code = ErrorCode::mediaFailed) {
    host.last().events->onPeerState(key(client, gen), PeerState::failed, {code, "test"});
  }
  void crash() { host.last().events->onFailed({ErrorCode::io, "test"}); }
  bool called(const std::string& call) {
    const auto& calls = host.last().calls;
    return std::find(calls.begin(), calls.end(), call) != calls.end();
  }

  config::Settings settings;
  FakeHost host;
  signaling::ResumeTokens tokens{"key"};
  server::Metrics metrics;
  TemporaryFolder folder;  // of the recordings
  server::RoomTiming timing;
  std::unique_ptr<server::RecordingStore> recordings_;
  std::unique_ptr<server::ConferenceRegistry> registry_;
};

}  // namespace tessera::test
