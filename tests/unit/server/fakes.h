// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/core.h>
#include <glib.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/media_host.h"
#include "signaling/conference.h"

namespace tessera::test {

// Turns the main loop until `done`, at most for `limit`. False when the limit came first.
inline bool runUntil(const std::function<bool()>& done,
                     std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const guint tick = g_timeout_add(
      2, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr);
  bool reached = false;
  while (!(reached = done()) && std::chrono::steady_clock::now() < end)
    g_main_context_iteration(nullptr, TRUE);
  g_source_remove(tick);
  return reached;
}

// A host whose rooms write down what they are told; the test plays the media by calling `events`.
class FakeHost : public server::MediaHost {
 public:
  struct Process {
    RoomSettings settings;
    MediaRoomEvents* events = nullptr;  // null once it is gone
    std::vector<std::string> calls;     // "add ada/1", "remove ada/1", "answer ada/1", …
    std::vector<PeerSettings> peers;
    std::vector<LayoutChoice> layouts;
    std::vector<ReceiverStats> stats;
    std::vector<RecordingSettings> recordings;
    std::vector<OutputSettings> outputs;
    std::vector<SourceSettings> sources;
    bool closed = false;
  };

  std::vector<std::shared_ptr<Process>> processes;
  bool refuses = false;

  Result<std::unique_ptr<server::HostedRoom>> start(const RoomSettings& settings,
                                                    MediaRoomEvents& events) override {
    if (refuses) return fail(ErrorCode::io, "no process");
    auto process = std::make_shared<Process>();
    process->settings = settings;
    process->events = &events;
    processes.push_back(process);
    return std::make_unique<FakeRoom>(process, static_cast<int>(processes.size()));
  }
  bool ready() const override { return true; }
  Process& last() { return *processes.back(); }

 private:
  class FakeRoom : public server::HostedRoom {
   public:
    FakeRoom(std::shared_ptr<Process> process, int pid) : process_(std::move(process)), pid_(pid) {}
    ~FakeRoom() override { process_->events = nullptr; }
    int processId() const override { return pid_; }
    void close() override {
      process_->closed = true;
      process_->events = nullptr;
    }
    void addPeer(const PeerSettings& s) override {
      note("add", s.key);
      process_->peers.push_back(s);
    }
    void setAnswer(const PeerKey& peer, const std::string&) override { note("answer", peer); }
    void reportStats(const ParticipantId& who, const ReceiverStats& stats) override {
      process_->calls.push_back("stats " + who.value);
      process_->stats.push_back(stats);
    }
    void addCandidate(const PeerKey& peer, const IceCandidate&) override { note("candidate", peer); }
    void updatePeer(const PeerUpdate& u) override {
      std::string what = "update " + u.participant.value;
      if (u.muted) what += *u.muted ? " muted" : " unmuted";
      if (u.cameraOff) what += *u.cameraOff ? " cameraOff" : " cameraOn";
      if (u.handRaised) what += *u.handRaised ? " handUp" : " handDown";
      if (u.poorConnection) what += *u.poorConnection ? " poor" : " good";
      if (u.bestLevel) what += fmt::format(" level {}", *u.bestLevel);
      process_->calls.push_back(what);
    }
    void setLayout(const LayoutChoice& choice) override { process_->layouts.push_back(choice); }
    void removePeer(const PeerKey& peer) override { note("remove", peer); }
    void startRecording(const RecordingSettings& settings) override {
      process_->calls.push_back(fmt::format("record {} part {}{}", settings.id.value, settings.part,
                                            settings.paused ? " paused" : ""));
      process_->recordings.push_back(settings);
    }
    void controlRecording(const RecordingId& id, RecordingAction action) override {
      process_->calls.push_back(
          fmt::format("recording {} {}", id.value, std::array{"pause", "resume", "stop"}[int(action)]));
    }
    void startOutput(const OutputSettings& settings) override {
      process_->calls.push_back("output " + settings.target);
      process_->outputs.push_back(settings);
    }
    void stopOutput(const OutputId& id) override { process_->calls.push_back("no output " + id.value); }
    void addSource(const SourceSettings& settings) override {
      process_->calls.push_back("source " + settings.url);
      process_->sources.push_back(settings);
    }
    void removeSource(const ParticipantId& id) override {
      process_->calls.push_back("no source " + id.value);
    }

   private:
    void note(const char* what, const PeerKey& peer) {
      const std::string pc = peer.pc == "main" ? "" : peer.pc + "/";
      process_->calls.push_back(fmt::format("{} {}/{}{}", what, peer.participant.value, pc, peer.gen));
    }
    std::shared_ptr<Process> process_;
    int pid_;
  };
};

// A client that reads what it is sent. Its seat is its connection.
class FakeClient : public signaling::ClientLink {
 public:
  std::unique_ptr<signaling::Seat> seat;
  std::vector<wire::ToClient> messages;
  std::vector<wire::Bye> byes;
  std::chrono::milliseconds silent{0};

  void send(std::string_view json) override {
    auto message = wire::decodeToClient(json);
    if (!message) throw std::runtime_error("undecodable: " + std::string(json));
    messages.push_back(std::move(*message));
  }
  void close(const wire::Bye& bye) override { byes.push_back(bye); }
  void fail(const Error& error, const wire::Bye& bye) override {
    messages.emplace_back(wire::ErrorMessage{error, true, {}});
    byes.push_back(bye);
  }

  std::chrono::milliseconds silence() const override { return silent; }
  void say(const wire::FromClient& message) { seat->onMessage(message); }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& message : messages)
      if (const auto* one = std::get_if<T>(&message)) found.push_back(*one);
    return found;
  }
  template <class T>
  T last() const {
    const auto found = all<T>();
    return found.empty() ? T{} : found.back();
  }
  std::string id() const { return last<wire::Welcome>().id.value; }
  std::string token() const { return last<wire::Welcome>().resume; }
  ErrorCode lastError() const {
    const auto errors = all<wire::ErrorMessage>();
    return errors.empty() ? ErrorCode::internal : errors.back().error.code;
  }
};

}  // namespace tessera::test
