// SPDX-License-Identifier: Apache-2.0
#include "support/impair/relay.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

namespace tessera::impair {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kLimit{5000};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    auto address = loopback(0);
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_.get(), raw, length), 0);
    EXPECT_EQ(getsockname(fd_.get(), raw, &length), 0);
    port_ = ntohs(address.sin_port);
  }
  std::uint16_t port() const { return port_; }
  std::uint16_t from() const { return from_; }  // of what was received last

  void send(const std::string& text, std::uint16_t port) {
    const auto to = loopback(port);
    EXPECT_EQ(
        sendto(fd_.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
        static_cast<ssize_t>(text.size()));
  }

  // Lets the relay work until something comes.
  std::string receive(Relay& relay) {
    const auto end = std::chrono::steady_clock::now() + kLimit;
    pollfd fds[] = {{fd_.get(), POLLIN, 0}, {relay.epoll(), POLLIN, 0}};
    while (std::chrono::steady_clock::now() < end) {
      poll(fds, 2, 100);
      if (fds[1].revents) relay.work();
      if (fds[0].revents) break;
    }
    char buffer[100] = "";
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const auto bytes =
        recvfrom(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    from_ = ntohs(from.sin_port);
    return bytes < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(bytes));
  }

 private:
  Fd fd_;
  std::uint16_t port_ = 0, from_ = 0;
};

Relay relayTo(const Socket& target) {
  const Address loopbackAny{{htonl(INADDR_LOOPBACK)}, 0};
  auto relay = Relay::open(loopbackAny, {{htonl(INADDR_LOOPBACK)}, target.port()}, 1);
  EXPECT_TRUE(relay) << relay.error().text;
  return std::move(*relay);
}

TEST(RelayTest, EachClientHasAWayOfItsOwn) {
  Socket target, ada, bob;
  Relay relay = relayTo(target);
  const std::uint16_t port = relay.address().port;
  ada.send("from Ada", port);
  EXPECT_EQ(target.receive(relay), "from Ada");
  const std::uint16_t asAda = target.from();
  bob.send("from Bob", port);
  EXPECT_EQ(target.receive(relay), "from Bob");
  EXPECT_NE(target.from(), asAda);
  target.send("to Ada", asAda);
  EXPECT_EQ(ada.receive(relay), "to Ada");
  EXPECT_EQ(ada.from(), port);
  ada.send("again", port);
  EXPECT_EQ(target.receive(relay), "again");
  EXPECT_EQ(target.from(), asAda);
}

TEST(RelayTest, SendsWhatIsDelayedInTimeAndCountsBothDirections) {
  Socket target, client;
  Relay relay = relayTo(target);
  relay.up().set({.delayMs = 30}, Relay::now());
  const auto sent = Relay::now();
  client.send("slow", relay.address().port);
  EXPECT_EQ(target.receive(relay), "slow");
  EXPECT_GE(Relay::now() - sent, milliseconds(30));
  target.send("fast", target.from());
  EXPECT_EQ(client.receive(relay), "fast");
  EXPECT_EQ(relay.up().takeCounts().packetsOut, 1U);
  EXPECT_EQ(relay.down().takeCounts().packetsOut, 1U);
}

TEST(RelayTest, WorksOnWhenTheTargetIsAbsentForAWhile) {
  Socket client;
  std::uint16_t port = 0;
  {
    const Socket absent;
    port = absent.port();
  }
  auto relay = Relay::open({{htonl(INADDR_LOOPBACK)}, 0}, {{htonl(INADDR_LOOPBACK)}, port}, 1);
  ASSERT_TRUE(relay);
  for (int i = 0; i < 3; ++i) {  // the refusal of one shows at the next
    client.send("lost", relay->address().port);
    while (relay->up().takeCounts().packetsOut == 0) relay->work();
  }
}

TEST(RelayTest, SaysWhatIsWrongWithAnAddress) {
  for (const char* text : {"127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8x"})
    EXPECT_FALSE(parseAddress(text)) << text;
  const auto address = parseAddress("127.0.0.1:3478");
  ASSERT_TRUE(address);
  EXPECT_EQ(textOf(*address), "127.0.0.1:3478");
  const auto taken = Socket();
  const auto relay = Relay::open({{htonl(INADDR_LOOPBACK)}, taken.port()}, *address, 1);
  ASSERT_FALSE(relay);
  EXPECT_THAT(relay.error().text, HasSubstr(":" + std::to_string(taken.port()) + ": Address already in use"));
}

}  // namespace
}  // namespace tessera::impair
