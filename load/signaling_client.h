// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "wire/client_messages.h"

typedef struct _SoupSession SoupSession;
typedef struct _GCancellable GCancellable;
typedef struct _SoupWebsocketConnection SoupWebsocketConnection;

namespace tessera::load {

// One session for all participants; sockets are theirs alone.
class SignalingContext {
 public:
  SignalingContext(int connections, bool acceptAnyCertificate);
  ~SignalingContext();
  SignalingContext(const SignalingContext&) = delete;
  SignalingContext& operator=(const SignalingContext&) = delete;

  SoupSession* session() const { return session_; }
  bool acceptAnyCertificate() const { return acceptAnyCertificate_; }

 private:
  SoupSession* session_;
  const bool acceptAnyCertificate_;
};

// The WebSocket of one participant. Main thread.
class SignalingClient {
 public:
  struct Handlers {
    std::function<void()> onOpen;
    std::function<void(const wire::ToClient&)> onMessage;
    // The connection could not be made, or ended; the last call.
    std::function<void(const Error&)> onClosed;
  };

  SignalingClient(SignalingContext& context, const std::string& url, const RoomId& room, Handlers handlers);
  ~SignalingClient();  // closes without a word; no handler is called any more
  SignalingClient(const SignalingClient&) = delete;
  SignalingClient& operator=(const SignalingClient&) = delete;

  void send(const wire::FromClient& message);
  void close();  // in order; onClosed follows

 private:
  struct Connecting;
  void onConnected(SoupWebsocketConnection* connection, const Error& error);
  void onText(std::string_view text);
  void end(Error why);

  const Handlers handlers_;
  SoupWebsocketConnection* connection_ = nullptr;
  std::vector<unsigned long> signals_;
  GCancellable* cancellable_ = nullptr;
  bool ended_ = false;
  WeakOwner<SignalingClient> weak_{this};
};

}  // namespace tessera::load
