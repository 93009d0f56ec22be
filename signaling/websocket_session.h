// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>
#include <libsoup/soup.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/main_loop.h"
#include "room/token_bucket.h"
#include "signaling/conference.h"
#include "signaling/counters.h"
#include "signaling/guarded_stream.h"
#include "signaling/object_ref.h"
#include "wire/limits.h"

namespace tessera::signaling {

struct SessionLimits {
  std::chrono::milliseconds joinDeadline = wire::kJoinDeadline;
  std::chrono::seconds pingEvery{4};
  std::chrono::milliseconds pongWithin{5'000};   // after a ping was due
  std::chrono::milliseconds closeWithin{2'000};  // for the client to close, then the socket is cut
  int messagesPerSecond = wire::kMessagesPerSecond;
  std::size_t maxUnsentBytes = wire::kMaxUnsentBytes;
  int socketSendBuffer = 128 << 10;  // what the kernel may hold on top of that; it doubles the figure
};

// One WebSocket: reads messages within the limits, hands them to its seat, sends, keeps alive, and ends
// whatever happens. It is `given` the upgraded stream; libsoup's connection is `owned` and may outlive the
// session for as long as it takes to close.
class WebSocketSession : public ClientLink {
 public:
  struct Given {
    RoomId room;
    std::string address;  // of the client
    GUri* uri = nullptr;  // of the request; kept by libsoup's connection
    GIOStream* stream = nullptr;
    GSocket* socket = nullptr;
    Conference* conference = nullptr;
    Counters* counters = nullptr;
    // The socket is closed; the session is to be destroyed, though not within this call.
    std::function<void()> onEnded;
  };

  WebSocketSession(const Given& given, const SessionLimits& limits);
  ~WebSocketSession() override;
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  void send(std::string_view json) override;
  void close(const wire::Bye& bye) override;
  void fail(const Error& error, const wire::Bye& bye) override;
  std::chrono::milliseconds silence() const override;
  std::size_t unsentBytes() const {
    return static_cast<std::size_t>(queuedPayload_ - watch_->writtenPayload);
  }

 private:
  void connectSignals();
  void onText(std::string_view text);
  void onJoin(const wire::Join& join);
  void onViolation(const Violation& violation);
  void onClosed();
  void checkAlive();
  void sendError(const Error& error, bool final, std::string_view re);
  void refuse(const Error& error, std::string_view re, std::uint16_t closeCode);
  void startClose(std::uint16_t code);
  void drop(const char* reason);
  bool open() const;

  RoomId room_;
  std::string address_;
  Conference* conference_;
  Counters* counters_;
  SessionLimits limits_;
  std::function<void()> onEnded_;

  std::shared_ptr<StreamWatch> watch_;
  ObjectRef<GSocket> socket_;
  ObjectRef<SoupWebsocketConnection> connection_;
  SignalConnection onMessageSignal_, onClosedSignal_, onErrorSignal_;
  std::unique_ptr<Seat> seat_;
  TokenBucket messages_;
  std::uint64_t queuedPayload_ = 0;
  bool closing_ = false;
  Timer joinTimer_, aliveTimer_, closeTimer_;
  WeakOwner<WebSocketSession> weak_{this};
};

}  // namespace tessera::signaling
