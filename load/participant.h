// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "load/clip_variants.h"
#include "load/media_peer.h"
#include "load/options.h"
#include "load/signaling_client.h"

namespace tessera::load {

// What all members of a run share.
struct Company {
  SignalingContext& signaling;
  FrameSender& sender;
  Teardown& teardown;
  const Options& options;
  // Of those who were welcomed so far. Main thread.
  std::map<ParticipantId, SendLogs> senders = {};
};

// One member of the room, from the WebSocket to the last packet. A new offer (after a room process died)
// replaces the media connection; figures go on. Main thread.
class Participant {
 public:
  struct Settings {
    std::string name;
    bool viewer = false;                // sends nothing
    ClipVariants video;                 // unused by viewers; empty: none
    std::shared_ptr<const Clip> audio;  // likewise
    std::optional<int> receiveHeight;   // the most that it asks for; 0: sound alone
    double phase = 0;
    double driftPpm = 0;
    bool audioOnly = false;
    bool keepDecoding = false;                  // the one whose picture is looked at, and sound listened to
    std::shared_ptr<const SendLog> onlyTalker;  // of its sound, for who listens; null: none or several
    SendLogs logs;                              // of what it sends; null for viewers
  };
  enum class State { idle, joining, in, failed, left };  // in: has its first picture

  Participant(Company& company, Settings settings, std::function<void()> onChanged);
  ~Participant();
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  void join();
  void leave();
  void fail(const std::string& why);  // also for what the run finds out (no picture in time)

  State state() const { return state_; }
  bool welcomed() const { return welcome_.has_value(); }
  bool connected() const { return connected_.has_value(); }
  bool closed() const { return closed_; }  // its WebSocket is, or it never had one
  const std::string& name() const { return settings_.name; }
  // The number of people in the room as the server last told it, this one included.
  std::size_t rosterSize() const { return rosterSize_; }
  TimePoint joinedAt() const { return joinSent_; }
  const std::vector<Tile>& tiles() const { return tiles_; }  // as the server last told them

  void beginWindow(TimePoint now);
  MemberFigures figures(TimePoint now);

 private:
  void onOpen();
  void onMessage(const wire::ToClient& message);
  void onWelcome(const wire::Welcome& welcome);
  void onOffer(const wire::ServerOffer& offer);
  void onCandidate(const wire::ServerCandidate& candidate);
  void onIngest(const wire::ServerIngest& ingest);
  void onReceiving(const wire::ServerReceiving& receiving);
  void obeyIngest();
  void sendStats();
  std::vector<wire::IceServer> iceServers() const;
  void watchTiles();
  void onClosed(const Error& why);
  void onConnected();
  void onFirstFrame();
  MediaPeer::Handlers mediaHandlers(const wire::ServerOffer& offer);
  void dropMedia();
  void setState(State state);
  std::uint64_t bytesSent() const { return bytesSentBefore_ + (media_ ? media_->bytesSent() : 0); }
  Milliseconds sinceJoin(TimePoint time) const { return Milliseconds(time - joinSent_); }

  Company& company_;
  const Settings settings_;
  const std::function<void()> onChanged_;
  const std::shared_ptr<Received> received_;
  std::unique_ptr<SignalingClient> client_;
  std::unique_ptr<MediaPeer> media_;
  std::string pc_;         // of media_
  std::uint32_t gen_ = 0;  // of media_
  std::vector<wire::IceServer> iceServers_;
  std::vector<Tile> tiles_;
  int canvasWidth_ = 0;                       // that the tiles are on
  std::optional<wire::ServerIngest> ingest_;  // the last one, of whatever connection
  std::vector<std::pair<TimePoint, wire::ServerReceiving>> receiving_;  // each change
  std::vector<std::pair<TimePoint, Ingest>> asked_;                     // likewise
  Timer statsTimer_;
  struct {
    TimePoint at{};
    std::uint64_t frames = 0, lost = 0;
  } lastStats_;
  State state_ = State::idle;
  std::string failure_;
  bool closed_ = true;
  std::size_t rosterSize_ = 0;
  int offers_ = 0;
  TimePoint joinSent_{};
  std::optional<TimePoint> welcome_, connected_;
  TimePoint windowStart_{};
  std::uint64_t bytesSentBefore_ = 0;  // by earlier connections
  std::uint64_t bytesSentAtWindow_ = 0;
  WeakOwner<Participant> weak_{this};
};

}  // namespace tessera::load
