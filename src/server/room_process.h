// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/line_channel.h"
#include "base/main_loop.h"
#include "room/health_watch.h"
#include "server/media_host.h"
#include "server/process_reaper.h"
#include "signaling/object_ref.h"
#include "wire/room_messages.h"

namespace tessera::server {

// A `tessera-room` child, first a spare, then one room: turns MediaRoom's calls into lines and the child's
// lines into MediaRoomEvents, and watches that it lives. Main thread. onFailed comes once, posted, and the
// child is killed by then.
class RoomProcess : public HostedRoom {
 public:
  static constexpr std::chrono::milliseconds kCloseGrace{5'000};

  struct Environment {
    std::string program;
    std::string logLevel, logFormat;  // TESSERA_LOG_LEVEL and TESSERA_LOG_FORMAT of the child
    HealthWatch::Limits health;
  };

  [[nodiscard]] static Result<std::unique_ptr<RoomProcess>> spawn(const Environment& environment,
                                                                  ProcessReaper& reaper);
  ~RoomProcess() override;

  // While it is a spare: called when it is ready, and when it is lost.
  void watchSpare(std::function<void()> onReady, std::function<void(const Error&)> onLost);
  void bind(const RoomSettings& settings, MediaRoomEvents& events);

  int processId() const override { return processId_; }
  void close() override;
  void addPeer(const PeerSettings& settings) override { send(wire::AddPeer{settings}); }
  void setAnswer(const PeerKey& peer, const std::string& sdp) override { send(wire::SetAnswer{peer, sdp}); }
  void addCandidate(const PeerKey& peer, const IceCandidate& candidate) override {
    send(wire::AddCandidate{peer, candidate});
  }
  void updatePeer(const PeerUpdate& update) override { send(wire::UpdatePeer{update}); }
  void setLayout(const LayoutChoice& choice) override { send(wire::SetLayout{choice}); }
  void reportStats(const ParticipantId& participant, const ReceiverStats& stats) override {
    send(wire::ReportStats{participant, stats});
  }
  void removePeer(const PeerKey& peer) override { send(wire::RemovePeer{peer}); }
  void startRecording(const RecordingSettings& settings) override { send(wire::StartRecording{settings}); }
  void controlRecording(const RecordingId& id, RecordingAction action) override {
    send(wire::ControlRecording{id, action});
  }
  void startOutput(const OutputSettings& settings) override { send(wire::StartOutput{settings}); }
  void stopOutput(const OutputId& id) override { send(wire::StopOutput{id}); }
  void addSource(const SourceSettings& settings) override { send(wire::AddSource{settings}); }
  void removeSource(const ParticipantId& participant) override { send(wire::RemoveSource{participant}); }

 private:
  RoomProcess(ObjectRef<GSubprocess> process, int fd, HealthWatch::Limits health, ProcessReaper& reaper);
  void send(const wire::ToRoom& message);
  void onLine(std::string_view line);
  void dispatch(const wire::FromRoom& message);
  void checkHealth();
  void fail(const Error& why);

  ProcessReaper& reaper_;
  HealthWatch::Limits healthLimits_;
  ObjectRef<GSubprocess> process_;
  int processId_ = 0;
  std::unique_ptr<LineChannel> channel_;
  std::uint64_t seq_ = 0;
  MediaRoomEvents* events_ = nullptr;  // null: a spare, or closed
  std::optional<HealthWatch> watch_;
  Timer healthTimer_;
  std::function<void()> onReady_;
  std::function<void(const Error&)> onLost_;
  bool failed_ = false;
  bool closed_ = false;
  WeakOwner<RoomProcess> weak_{this};
};

}  // namespace tessera::server
