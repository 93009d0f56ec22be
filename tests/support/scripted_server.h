// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

namespace tessera::test {

// A TCP server on loopback, one connection after the other: what it answers to each request (up to its empty
// line) is the test's. Counts who came.
class ScriptedServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit ScriptedServer(Answer answer = [](const std::string&) { return std::string(); })
      : answer_(std::move(answer)), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (bind(socket_, generic, size) != 0 || listen(socket_, 8) != 0) std::abort();
    getsockname(socket_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    shutdown(socket_, SHUT_RDWR);
    shutdown(peer_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string port() const { return std::to_string(port_); }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void serve() {
    while (true) {
      const int peer = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      ++connections_;
      peer_ = peer;
      converse(peer);
      peer_ = -1;
      close(peer);
    }
  }
  void converse(int peer) {
    std::string request;
    char byte = 0;
    while (recv(peer, &byte, 1, 0) == 1) {
      request += byte;
      if (!request.ends_with("\r\n\r\n")) continue;
      ++requests_;
      const std::string answer = answer_(request);
      if (answer.empty() || send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
      request.clear();
    }
  }

  const Answer answer_;
  const int socket_;
  int port_ = 0;
  std::atomic<int> connections_{0}, requests_{0}, peer_{-1};
  std::thread thread_;
};

}  // namespace tessera::test
