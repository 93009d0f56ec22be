// SPDX-License-Identifier: Apache-2.0
#include "config/checks.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace tessera::config {
namespace {

using Check = bool (*)(std::string_view);

void expectThat(Check check, std::initializer_list<std::string_view> good,
                std::initializer_list<std::string_view> bad) {
  for (const auto text : good) EXPECT_TRUE(check(text)) << text;
  for (const auto text : bad) EXPECT_FALSE(check(text)) << text;
}

TEST(Checks, IpAddress) {
  expectThat(isIpAddress, {"192.0.2.1", "::1", "2001:db8::1"},
             {"", "localhost", "192.0.2", "192.0.2.256", "[::1]", "fe80::1%eth0", "1.2.3.4:5"});
}

TEST(Checks, ListenAddress) {
  expectThat(
      isListenAddress, {"127.0.0.1:8080", "0.0.0.0:0", "[::]:443", "[2001:db8::1]:65535", "localhost:80"},
      {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80 ",
       "127.0.0.1:0x50", "::1:8080", "[::1]", "[::1]8080", "[127.0.0.1]:80", "[::1:80", "example.org:80"});
}

TEST(Checks, GatherAddress) {
  expectThat(isGatherAddress, {"192.0.2.1", "::1", "eth0", "enp3s0.100", "wg-home"},
             {"", "192.0.2.1:80", "an interface", "interfacewithalongname", "0eth/"});
}

TEST(Checks, Origin) {
  expectThat(isOrigin, {"*", "https://example.org", "http://localhost:8080", "https://[::1]:8443"},
             {"", "example.org", "https://", "https://example.org/", "https://example.org:", "ftp://a",
              "https://*.example.org", "https://a:99999"});
}

TEST(Checks, StunAndTurnServers) {
  expectThat(isStunServer, {"stun:example.org:3478", "stun:[2001:db8::1]:3478"},
             {"", "stun:example.org", "stun://example.org:3478", "turn:example.org:3478", "stun::3478",
              "stun:example.org:0"});
  expectThat(isTurnServer,
             {"turn:192.0.2.1:3478", "turn:example.org:3478?transport=udp", "turns:a:5349?transport=tcp"},
             {"", "turn:a", "turn:a:3478?transport=sctp", "turn:a:3478?", "stun:a:3478", "turn:a b:3478"});
}

TEST(Checks, Token) {
  expectThat(isToken, {"0123456789abcdef", "!\"#$%&'()*+,-./:;"},
             {"", "short", "with a space in it", "0123456789abcdef\n", "0123456789abcdeä"});
}

TEST(Checks, Line) {
  expectThat(isUtf8Line, {"", "a b", "ä"}, {"a\nb", std::string_view("a\0b", 3), "\xff"});
}

}  // namespace
}  // namespace tessera::config
