// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "config/settings.h"
#include "room/crash_guard.h"
#include "room/roster.h"
#include "room/token_bucket.h"
#include "server/best_level.h"
#include "server/media_host.h"
#include "server/metrics.h"
#include "server/room_outputs.h"
#include "server/room_recordings.h"
#include "server/room_sources.h"
#include "signaling/conference.h"
#include "signaling/resume_token.h"

namespace tessera::server {

// What every room uses and none owns.
struct RoomContext {
  const config::Settings& settings;
  MediaHost& host;
  const signaling::ResumeTokens& tokens;
  Metrics& metrics;
  RecordingStore& recordings;
};

struct RoomTiming {
  std::chrono::milliseconds rosterDelay{50};  // changes within it are told together
  std::chrono::milliseconds probeEvery{250};  // while people are let back in one at a time
  std::chrono::milliseconds retryWindow{30'000};
  std::chrono::milliseconds reloadLimit{5'000};  // who closes the page and is not back by then has left
  std::chrono::milliseconds deadAfter{9'000};    // who is not heard by media nor by WebSocket has left
  int maxFailures = 3;                           // of a participant's connection within retryWindow
  CrashGuard::Limits crashes;
};

// One room as the server knows it: who is in it, over which connection, and the process that mixes them.
// The process may die and be replaced; the room stays. Main thread.
class ConferenceRoom : public MediaRoomEvents {
 public:
  using Clock = std::chrono::steady_clock;

  // `rules`: the template that applies, `settings` what follows from it for the process. `onEnded`: everybody
  // has been told; the room is to be destroyed, though not within this call.
  ConferenceRoom(const RoomContext& context, HlsFolders& hls, config::Template rules, RoomSettings settings,
                 RoomTiming timing, std::function<void()> onEnded);
  ~ConferenceRoom() override;
  ConferenceRoom(const ConferenceRoom&) = delete;
  ConferenceRoom& operator=(const ConferenceRoom&) = delete;

  [[nodiscard]] Status start();
  // `resumes`: who the client has proved to be, if it has.
  [[nodiscard]] Result<std::unique_ptr<signaling::Seat>> join(const wire::Join& join,
                                                              const std::optional<ParticipantId>& resumes,
                                                              signaling::ClientLink& link,
                                                              const std::string& address);
  void end(const wire::Bye& bye);  // tells everybody
  [[nodiscard]] Status kick(const ParticipantId& id, const std::string& by);
  [[nodiscard]] Status changeParticipant(const ParticipantId& id, const wire::PatchParticipant& change);
  [[nodiscard]] Status changeLayout(const wire::PatchRoom& change);
  [[nodiscard]] Result<wire::RecordingInfo> startRecording(const wire::StartRecordingRequest& request);
  [[nodiscard]] Status controlRecording(const RecordingId& id, RecordingAction action);

  RoomOutputs& outputs() { return outputs_; }
  RoomSources& sources() { return sources_; }

  const RoomId& id() const { return settings_.room; }
  wire::RoomSummary summary() const;
  wire::RoomDetails details() const;
  RoomSample sample() const;

  // Of a seat: calls of a seat that has been taken over or has gone are ignored.
  void onSeatMessage(const ParticipantId& id, std::uint64_t seat, const wire::FromClient& message);
  void onSeatGoingAway(const ParticipantId& id, std::uint64_t seat);
  void onSeatLost(const ParticipantId& id, std::uint64_t seat);

  // MediaRoomEvents
  void onOffer(const PeerKey& peer, const std::string& sdp) override;
  void onCandidate(const PeerKey& peer, const IceCandidate& candidate) override;
  void onPeerState(const PeerKey& peer, PeerState state, const Error& why) override;
  void onPeerError(const PeerKey& peer, const Error& error) override;
  void onPicture(const Picture& picture) override;
  void onConnectionQuality(const PeerKey& peer, bool poor) override;
  void onReceiving(const PeerKey& peer, const Receiving& receiving) override;
  void onIngest(const PeerKey& peer, const Ingest& ingest) override;
  void onSpeaking(const std::vector<SpeakerLevel>& levels) override;
  void onRecording(const RecordingStatus& status) override;
  void onOutput(const OutputStatus& status) override;
  void onSource(const SourceStatus& status) override;
  void onHealth(const RoomHealth& health) override;
  void onFailed(const Error& why) override;

 private:
  // A media connection of a member: the main one, or that of a shared screen.
  struct Connection {
    std::string pc = "main";
    std::uint32_t gen = 0;
    bool inMix = false;
    int candidates = 0;                      // from the client, for this gen
    std::optional<Ingest> ingest;            // as told last
    std::deque<Clock::time_point> failures;  // within RoomTiming::retryWindow
    TokenBucket reconnects{1, 1};
  };
  struct Member {
    ParticipantId id;
    std::string address;
    signaling::ClientLink* link = nullptr;  // null: its WebSocket is lost, its place kept
    std::uint64_t seat = 0;
    Clock::time_point lost, heard;  // while it is: when that was, and when anything came by it last
    bool goingAway = false;         // said that its page is closed or reloaded
    std::optional<Clock::time_point> othersMute;  // when others muted them, or when that was told
    VideoCodec codec = VideoCodec::vp8;
    bool viewer = false;
    PictureBounds bounds;
    std::optional<Receiving> receiving;  // as told last
    Connection main;
    Connection screen{.pc = "screen"};  // in the mix while the roster says that they share
    TokenBucket chat{5, 10};
    TokenBucket layouts{5, 10};
    TokenBucket wishes{5, 10};
    TokenBucket records{1, 5};
    TokenBucket stats{1, 3};
    TokenBucket screenStarts{1, 3};
    std::optional<wire::ScreenNotice> screenEnded;  // until they ask again: it may not have been heard
    Timer absence;
  };
  struct Peer {
    Member* member = nullptr;
    Connection* connection = nullptr;
    explicit operator bool() const { return connection != nullptr; }
  };
  struct Barred {
    ParticipantId id;
    std::string address, name;  // empty: only the id
  };

  // conference_room.cpp: coming and going
  [[nodiscard]] Result<VideoCodec> chooseCodec(const wire::Join& join,
                                               const std::optional<ParticipantId>& resumes) const;
  [[nodiscard]] Status mayEnter(const wire::Join& join, const std::optional<ParticipantId>& resumes,
                                const std::string& address) const;
  Member& enter(const wire::Join& join, const std::optional<ParticipantId>& resumes);
  void takeOver(Member& member, const wire::Join& join);
  bool keeps(const wire::Join& join, const Member& member, const Connection& connection);
  void keepPeer(Member& member);
  void awaitReturn(Member& member);
  void remove(Member& member, std::string_view why);
  void dismiss(Member& member, const Error& error, const wire::Bye& bye);
  void waitWhileEmpty();
  Member* memberOf(const ParticipantId& id);

  // conference_room_requests.cpp: what clients ask
  void handle(Member& member, const wire::Join&);
  void handle(Member& member, const wire::ClientAnswer& answer);
  void handle(Member& member, const wire::ClientCandidate& candidate);
  void handle(Member& member, const wire::ClientMedia& media);
  void handle(Member& member, const wire::ClientChat& chat);
  void handle(Member& member, const wire::ClientHand& hand);
  void handle(Member& member, const wire::Moderate& moderate);
  void handle(Member& member, const wire::Reconnect& reconnect);
  void handle(Member& member, const wire::ClientLayout& layout);
  void handle(Member& member, const wire::ClientScreen& screen);
  void handle(Member& member, const wire::Ping& ping);
  void handle(Member& member, const wire::Leave&);
  Connection* current(Member& member, const std::string& pc, std::uint32_t gen, const char* re);
  void setMuted(Member& member, bool muted);

  // conference_room_media.cpp: the process and the connections
  Peer peerOf(const PeerKey& key);  // nobody for a stale key
  static Connection* connectionOf(Member& member, const std::string& pc);
  static PeerKey keyOf(const Member& member, const Connection& connection) {
    return {member.id, connection.pc, connection.gen};
  }
  void renewPeer(Member& member, Connection& connection);
  void addPeer(Member& member, Connection& connection);
  void addPeers(Member& member);  // the main one, and the screen if they share it
  void removePeer(Member& member, Connection& connection);
  void resetStatus(Member& member, const Connection& connection);
  void onPeerConnected(Member& member, Connection& connection);
  void onPeerFailed(Member& member, Connection& connection, const Error& why);
  void startAgain(const CrashGuard::Verdict& verdict);
  void admitDue();
  void bar(const ParticipantId& id);

  // conference_room_screen.cpp: shared screens
  [[nodiscard]] Status mayShare(Member& member);
  [[nodiscard]] Status stopScreen(const ParticipantId& id);
  bool sharing(const Member& member);
  void endScreen(Member& member);  // says nothing
  void endScreen(Member& member, wire::ScreenState state, const Error& why);
  Participant* otherSharer(const ParticipantId& than);

  // conference_room_receiving.cpp: what participants receive, and what those who send are asked for
  void handle(Member& member, const wire::ClientReceive& wish);
  void handle(Member& member, const wire::ClientStats& stats);
  void setBounds(Member& member, const PictureBounds& bounds);
  int bestLevelOf(const Member& member) const;
  void tellReceiving(Member& member);
  void tellIngest(Member& member, const Connection& connection);

  // conference_room_recording.cpp: recordings
  void handle(Member& member, const wire::ClientRecord& record);
  [[nodiscard]] Status record(wire::RecordAction action);
  void recordAlways();
  RoomScene scene() const;
  wire::RecordingNotice recordingNotice() const;
  void recordingChanged();  // that notice may have

  // conference_room_live.cpp: live outputs and sources
  int liveOutputs() const;  // that are up
  void startLive();         // what the configuration says
  void sourceGone(const ParticipantId& id);

  // conference_room_picture.cpp: the picture, and what is given up of it
  [[nodiscard]] Status choose(LayoutChoice choice);
  void unpin(const ParticipantId& gone);
  void layoutChanged();
  void setDegradation(Degradation level);
  wire::QualityNotice quality() const;

  // conference_room_clients.cpp: what clients and the API are told
  void welcome(Member& member, bool resumed);
  void send(Member& member, const wire::ToClient& message);
  void sendError(Member& member, const Error& error, std::string_view re);
  void broadcast(const wire::ToClient& message);
  void rosterChanged();
  std::vector<wire::RosterEntry> rosterEntries() const;

  RoomContext context_;
  config::Template rules_;
  RoomSettings settings_;
  RoomTiming timing_;
  std::function<void()> onEnded_;

  Roster roster_;
  std::map<ParticipantId, std::unique_ptr<Member>> members_;
  std::vector<Barred> barred_;
  CrashGuard crashGuard_;
  std::unique_ptr<HostedRoom> media_;
  LayoutChoice layout_;
  std::optional<Picture> picture_;
  std::map<ParticipantId, SpeakerLevel> levels_;
  std::optional<RoomHealth> health_;
  Degradation degradation_ = Degradation::none;      // none while a new process has said nothing
  Degradation toldDegradation_ = Degradation::none;  // to the clients
  wire::RoomState state_ = wire::RoomState::starting;
  std::int64_t startedAtMs_ = 0;
  int restarts_ = 0;
  std::uint64_t nextSeat_ = 1;
  Timer rosterTimer_, probeTimer_, emptyTimer_;
  RoomRecordings recordings_;
  RoomOutputs outputs_;
  RoomSources sources_;
  std::string toldRecording_;    // the notice of it, as sent last
  bool recordedAlways_ = false;  // what the configuration asks for has been begun
  WeakOwner<ConferenceRoom> weak_{this};
};

}  // namespace tessera::server
