// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"
#include "signaling/api_routes.h"
#include "signaling/conference.h"
#include "signaling/listen_address.h"
#include "signaling/tls.h"
#include "signaling/websocket_session.h"

namespace tessera::signaling {

// The listening side: pages, health, metrics, the HTTP API, and the WebSockets with their limits. Main
// thread. Destroying it cuts every connection.
class HttpServer {
 public:
  struct Options {
    config::Listen listen;
    std::string apiToken;
    std::string linkKey;  // signs links to recordings; empty: good until the server ends
    int connectionsPerAddress = 100;
    SessionLimits session;
    // From accept to the end of the response; anew each time that more of a file has been taken.
    std::chrono::milliseconds exchangeWithin{30'000};
    std::chrono::milliseconds restWithin{300'000};  // instead, once a recording is being sent
    std::size_t maxTransfers = 512;                 // of files, at the same time
  };

  HttpServer(Options options, Conference& conference, Counters& counters);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens everywhere it is configured to, or nowhere; an error names the address. `certificate`: serve
  // https with it.
  [[nodiscard]] Status listen(TlsCertificate certificate);
  void setCertificate(const TlsCertificate& certificate);  // for new connections
  std::vector<std::string> urls() const;                   // "http://127.0.0.1:8080"

  void stopListening();
  void sayGoodbye(const wire::Bye& bye);           // to every WebSocket, joined or not
  bool idle() const { return sessions_.empty(); }  // no WebSocket open

 private:
  // From accept (or the start of the TLS handshake) to the end of the response.
  struct Exchange {
    Timer deadline;
    std::string address;
  };
  struct Session {
    std::string address;
    std::unique_ptr<WebSocketSession> session;
  };

  void watchExchanges();
  void onExchangeStarted(SoupServerMessage* message);
  void onExchangeOver(SoupServerMessage* message);
  void endExchangeWithin(SoupServerMessage* message, std::chrono::milliseconds limit);
  void onEarly(SoupServerMessage* message, const char* path);
  void onRequest(SoupServerMessage* message, const char* path);
  [[nodiscard]] Status checkUpgrade(SoupServerMessage* message, const RoomId& room) const;
  void upgrade(SoupServerMessage* message, const RoomId& room);
  void onUpgraded(SoupServerMessage* message, const RoomId& room);
  void onSessionEnded(std::list<Session>::iterator session);
  std::string clientAddress(SoupServerMessage* message) const;
  void servePage(SoupServerMessage* message, const std::vector<std::string>& segments);

  Options options_;
  Conference& conference_;
  Counters& counters_;
  ApiRoutes api_;
  ObjectRef<SoupServer> server_;
  SignalConnection startedSignal_, finishedSignal_, abortedSignal_;
  std::map<SoupServerMessage*, std::unique_ptr<Exchange>> exchanges_;
  std::map<std::string, int> exchangesOf_;
  std::list<Session> sessions_;
  std::map<std::string, int> connectionsOf_;
  WeakOwner<HttpServer> weak_{this};
};

}  // namespace tessera::signaling
