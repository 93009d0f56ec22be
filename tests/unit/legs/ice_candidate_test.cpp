// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/ice_candidate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tessera {
namespace {

using testing::ElementsAre;

constexpr CandidatePolicy kEverywhere{true, true, true};

TEST(IceCandidateTest, ReadsItsParts) {
  const auto parts = parseCandidate(
      "candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 10.0.0.5 rport 46154 "
      "generation 0",
      {});
  ASSERT_TRUE(parts) << parts.error().text;
  EXPECT_EQ(parts->foundation, "842163049");
  EXPECT_EQ(parts->priority, 1677729535u);
  EXPECT_EQ(parts->address, "203.0.113.9");
  EXPECT_EQ(parts->port, 46154);
  EXPECT_EQ(parts->type, "srflx");
  EXPECT_FALSE(parts->ipv6);
  EXPECT_EQ(parts->text(),
            "candidate:842163049 1 UDP 1677729535 203.0.113.9 46154 typ srflx raddr 10.0.0.5 rport 46154 "
            "generation 0");
}

TEST(IceCandidateTest, Accepts) {
  for (const char* line : {
           "candidate:1 1 UDP 1 192.0.2.1 1 typ host",
           "a=candidate:1 1 udp 1 192.0.2.1 65535 typ relay raddr 0.0.0.0 rport 0",
           "candidate:a+/Z 1 udp 2130706431 2001:db8::1 9000 typ host",
           "candidate:1 1 udp 1 10.1.2.3 9000 typ prflx",
           "candidate:1 1 udp 1 127.0.0.1 9000 typ host",
           "candidate:1 1 udp 1 ::1 9000 typ host",
       }) {
    const auto parts = parseCandidate(line, kEverywhere);
    EXPECT_TRUE(parts) << line << ": " << parts.error().text;
  }
}

TEST(IceCandidateTest, RefusesMalformedOnes) {
  for (const std::string& line : std::vector<std::string>{
           "",
           "candidate:",
           "foo:1 1 udp 1 192.0.2.1 9000 typ host",
           "candidate:1 1 udp 1 192.0.2.1 9000",
           "candidate:1 1 udp 1 192.0.2.1 9000 typ",
           "candidate:1 1 udp 1 192.0.2.1 9000 typ hosts",
           "candidate:1 1 udp 1 192.0.2.1 9000 foo host",
           "candidate:1  1 udp 1 192.0.2.1 9000 typ host",
           "candidate:1 x udp 1 192.0.2.1 9000 typ host",
           "candidate:1 0 udp 1 192.0.2.1 9000 typ host",
           "candidate:1 1 sctp 1 192.0.2.1 9000 typ host",
           "candidate:1 1 udp -1 192.0.2.1 9000 typ host",
           "candidate:1 1 udp 4294967295 192.0.2.1 9000 typ host",
           "candidate:1 1 udp 1 192.0.2.1 0 typ host",
           "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
           "candidate:1 1 udp 1 192.0.2.1 90x typ host",
           "candidate:1 1 udp 1 192.0.2 9000 typ host",
           "candidate:1 1 udp 1 192.0.2.1.5 9000 typ host",
           "candidate:1 1 udp 1 example.org 9000 typ host",
           "candidate:1 1 udp 1 0.0.0.0 9000 typ host",
           "candidate:1 1 udp 1 224.0.0.251 9000 typ host",
           "candidate:1 1 udp 1 255.255.255.255 9000 typ host",
           "candidate:1 1 udp 1 :: 9000 typ host",
           "candidate:1 1 udp 1 ff02::1 9000 typ host",
           "candidate:1 1 udp 1 ::ffff:127.0.0.1 9000 typ host",
           "candidate:1 1 udp 1 fe80::1%eth0 9000 typ host",
           "candidate:fou(ndation 1 udp 1 192.0.2.1 9000 typ host",
           "candidate:" + std::string(33, '1') + " 1 udp 1 192.0.2.1 9000 typ host",
           "candidate:1 1 udp 1 192.0.2.1 9000 typ host\r\na=x:y",
           "candidate:1 1 udp 1 192.0.2.1 9000 typ host " + std::string(600, 'x'),
       }) {
    const auto parts = parseCandidate(line, kEverywhere);
    ASSERT_FALSE(parts) << line;
    EXPECT_EQ(parts.error().code, ErrorCode::badCandidate) << line;
  }
}

TEST(IceCandidateTest, TellsUselessOnesFromMalformedOnes) {
  const CandidatePolicy onlyIpv4{false, true, false};
  for (const char* line : {
           "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
           "candidate:1 1 udp 1 7a6b5c4d-1111-2222-3333-444455556666.local 9000 typ host",
           "candidate:1 1 udp 1 127.0.0.1 9000 typ host",
           "candidate:1 1 udp 1 169.254.1.1 9000 typ host",
           "candidate:1 1 udp 1 2001:db8::1 9000 typ host",
           "candidate:1 2 udp 1 192.0.2.1 9000 typ host",
       }) {
    const auto parts = parseCandidate(line, onlyIpv4);
    ASSERT_FALSE(parts) << line;
    EXPECT_EQ(parts.error().code, ErrorCode::unsupported) << line << ": " << parts.error().text;
  }
}

TEST(IceCandidateTest, PolicyFollowsWhereWeGather) {
  const auto everywhere = CandidatePolicy::of({});
  EXPECT_TRUE(everywhere.ipv4 && everywhere.ipv6 && !everywhere.loopback);
  const auto loopback = CandidatePolicy::of({"127.0.0.1"});
  EXPECT_TRUE(loopback.ipv4 && loopback.loopback && !loopback.ipv6);
  const auto six = CandidatePolicy::of({"2001:db8::5"});
  EXPECT_TRUE(six.ipv6 && !six.ipv4 && !six.loopback);
}

TEST(IceCandidateTest, AnnouncesTheAddressesOfTheNat) {
  const char* host = "candidate:7 1 UDP 2015363327 10.0.0.4 41837 typ host";
  EXPECT_THAT(announceCandidate(host, {}), ElementsAre(host));
  EXPECT_THAT(announceCandidate(host, {"203.0.113.7"}),
              ElementsAre("candidate:7 1 UDP 2015363327 203.0.113.7 41837 typ host"));
  EXPECT_THAT(announceCandidate(host, {"203.0.113.7", "2001:db8::7", "203.0.113.8"}),
              ElementsAre("candidate:7 1 UDP 2015363327 203.0.113.7 41837 typ host",
                          "candidate:71 1 UDP 2015363327 203.0.113.8 41837 typ host"));
  EXPECT_THAT(announceCandidate(host, {"2001:db8::7"}), ElementsAre(host));
  const char* relay = "candidate:9 1 UDP 1015022079 198.51.100.2 50000 typ relay raddr 10.0.0.4 rport 41837";
  EXPECT_THAT(announceCandidate(relay, {"203.0.113.7"}), ElementsAre(relay));
}

}  // namespace
}  // namespace tessera
