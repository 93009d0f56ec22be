// SPDX-License-Identifier: Apache-2.0
#include "support/impair/relay.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

namespace tessera::impair {
namespace {

constexpr std::size_t kMostClients = 256;
constexpr std::size_t kDatagramBytes = 65536;
constexpr int kSocketBuffer = 1 << 20;  // so that only what is asked for is lost

Status ioError(std::string_view what) {
  return fail(ErrorCode::io, "{}: {}", what, std::strerror(errno));
}

sockaddr_in socketAddress(const Address& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr = address.host;
  result.sin_port = htons(address.port);
  return result;
}

Fd datagramSocket() {
  Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  for (const int option : {SO_RCVBUF, SO_SNDBUF})
    setsockopt(fd.get(), SOL_SOCKET, option, &kSocketBuffer, sizeof kSocketBuffer);
  return fd;
}

// The next datagram of a socket; nothing: none waits. A refused one (ICMP) is no datagram, but another may
// follow.
std::optional<std::vector<std::uint8_t>> receive(int fd, sockaddr_in* from) {
  static std::array<std::uint8_t, kDatagramBytes> buffer;
  socklen_t length = sizeof(sockaddr_in);
  for (;;) {
    const ssize_t bytes = recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(from),
                                   from ? &length : nullptr);
    if (bytes >= 0) return std::vector(buffer.begin(), buffer.begin() + bytes);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR && errno != ECONNREFUSED) return std::nullopt;
  }
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Result<Address> parseAddress(std::string_view text) {
  Address address;
  const auto colon = text.rfind(':');
  const std::string host(text.substr(0, colon));
  if (colon == std::string_view::npos || inet_pton(AF_INET, host.c_str(), &address.host) != 1)
    return fail(ErrorCode::config, "{}: expected an IPv4 address and a port, as 127.0.0.1:3478", text);
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || rest != end)
    return fail(ErrorCode::config, "{}: the port is no number from 0 to 65535", text);
  return address;
}

std::string textOf(const Address& address) {
  char host[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address.host, host, sizeof host);
  return fmt::format("{}:{}", host, address.port);
}

Result<Relay> Relay::open(const Address& listen, const Address& target, std::uint64_t seed) {
  Relay relay(seed);
  relay.target_ = target;
  relay.epoll_ = Fd(epoll_create1(EPOLL_CLOEXEC));
  relay.timer_ = Fd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  relay.listen_ = datagramSocket();
  auto address = socketAddress(listen);
  socklen_t length = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(relay.listen_.get(), raw, length) != 0 || getsockname(relay.listen_.get(), raw, &length) != 0)
    return tl::unexpected(ioError("listening on " + textOf(listen)).error());
  relay.address_ = {address.sin_addr, ntohs(address.sin_port)};
  for (const int fd : {relay.timer_.get(), relay.listen_.get()})
    if (auto ok = relay.watch(fd); !ok) return tl::unexpected(ok.error());
  return relay;
}

Relay::Nanos Relay::now() {
  return std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC, as the timer's
}

Status Relay::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return ioError("waiting for a socket");
  return {};
}

void Relay::work() {
  std::array<epoll_event, 16> events;
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  const Nanos at = now();
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    std::uint64_t expirations = 0;
    if (fd == listen_.get()) {
      readUp(at);
    } else if (fd == timer_.get()) {
      [[maybe_unused]] const ssize_t ignored = read(fd, &expirations, sizeof expirations);
    } else {
      const auto client = std::find_if(clients_.begin(), clients_.end(),
                                       [fd](const Client& one) { return one.socket.get() == fd; });
      if (client != clients_.end()) readDown(static_cast<int>(client - clients_.begin()), at);
    }
  }
  sendDue(now());
  setTimer();
}

void Relay::readUp(Nanos at) {
  sockaddr_in from{};
  while (auto data = receive(listen_.get(), &from)) {
    const int client = clientOf(from);
    if (client >= 0) up_.push({std::move(*data), client}, at);
  }
}

void Relay::readDown(int client, Nanos at) {
  const int fd = clients_[static_cast<std::size_t>(client)].socket.get();
  while (auto data = receive(fd, nullptr)) down_.push({std::move(*data), client}, at);
}

int Relay::clientOf(const sockaddr_in& from) {
  const auto key = std::pair(from.sin_addr.s_addr, from.sin_port);
  if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
  if (clients_.size() >= kMostClients) return -1;
  Client client{datagramSocket(), from};
  const auto target = socketAddress(target_);
  if (connect(client.socket.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 ||
      !watch(client.socket.get()))
    return -1;
  const int number = static_cast<int>(clients_.size());
  clients_.push_back(std::move(client));
  return numbers_[key] = number;
}

// What a full socket buffer or an absent target refuses is gone, as on any network.
void Relay::sendDue(Nanos at) {
  while (const auto packet = up_.pop(at))
    send(clients_[static_cast<std::size_t>(packet->client)].socket.get(), packet->data.data(),
         packet->data.size(), 0);
  while (const auto packet = down_.pop(at)) {
    const auto& to = clients_[static_cast<std::size_t>(packet->client)].address;
    sendto(listen_.get(), packet->data.data(), packet->data.size(), 0, reinterpret_cast<const sockaddr*>(&to),
           sizeof to);
  }
}

void Relay::setTimer() {
  const auto up = up_.due(), down = down_.due();
  const Nanos never = Nanos::max();
  const Nanos next = std::min(up.value_or(never), down.value_or(never));
  itimerspec spec{};  // all 0: none
  if (next != never) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(next);
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = std::max<long>((next - whole).count(), 1);
  }
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace tessera::impair
