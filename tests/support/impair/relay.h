// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "support/impair/impairment.h"

namespace tessera::impair {

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Address {  // IPv4
  in_addr host{};
  std::uint16_t port = 0;  // host order
};
Result<Address> parseAddress(std::string_view text);  // "127.0.0.1:3478"
std::string textOf(const Address& address);

// Forwards datagrams between the clients of one port and one target, each client by a socket of its own, so
// that the target tells them apart. Up (client to target) and down are one link each, shared by all clients.
// One thread: the one that waits for epoll().
class Relay {
 public:
  using Nanos = std::chrono::nanoseconds;
  static Result<Relay> open(const Address& listen, const Address& target, std::uint64_t seed);

  int epoll() const { return epoll_.get(); }  // readable: call work()
  const Address& address() const { return address_; }
  Impairment& up() { return up_; }
  Impairment& down() { return down_; }
  void work();  // reads what has come, sends what is due, and sets its timer for what will be
  static Nanos now();

 private:
  struct Client {
    Fd socket;
    sockaddr_in address{};
  };

  explicit Relay(std::uint64_t seed) : up_(seed), down_(seed + 1) {}
  Status watch(int fd);
  void readUp(Nanos at);
  void readDown(int client, Nanos at);
  int clientOf(const sockaddr_in& from);  // -1: there are too many
  void sendDue(Nanos at);
  void setTimer();

  Impairment up_, down_;
  Address address_, target_;
  Fd epoll_, listen_, timer_;
  std::vector<Client> clients_;
  std::map<std::pair<std::uint32_t, std::uint16_t>, int> numbers_;  // of clients, by address
};

}  // namespace tessera::impair
