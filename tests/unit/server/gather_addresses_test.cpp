// SPDX-License-Identifier: Apache-2.0
#include "server/gather_addresses.h"

#include <gtest/gtest.h>

namespace tessera::server {
namespace {

using Addresses = std::vector<std::string>;

config::Settings with(Addresses listen, Addresses gather = {}) {
  config::Settings settings;
  settings.listen.addresses = std::move(listen);
  settings.media.gather = std::move(gather);
  return settings;
}

TEST(GatherAddresses, AsTheServerListens) {
  EXPECT_EQ(gatherAddresses(with({"127.0.0.1:1"})).value(), Addresses{"127.0.0.1"});
  EXPECT_EQ(gatherAddresses(with({"127.0.0.1:1", "localhost:2"})).value(), Addresses{"127.0.0.1"});
  EXPECT_EQ(gatherAddresses(with({"127.0.0.1:1", "[::1]:1"})).value(), (Addresses{"127.0.0.1", "::1"}));
  EXPECT_EQ(gatherAddresses(with({"127.0.0.1:1", "0.0.0.0:2"})).value(), Addresses{});
}

TEST(GatherAddresses, WhatIsConfigured) {
  EXPECT_EQ(gatherAddresses(with({"127.0.0.1:1"}, {"192.0.2.7", "2001:db8::1"})).value(),
            (Addresses{"192.0.2.7", "2001:db8::1"}));
  const auto loopback = gatherAddresses(with({"0.0.0.0:1"}, {"lo"}));
  ASSERT_TRUE(loopback.has_value());
  EXPECT_EQ(loopback->front(), "127.0.0.1");
  const auto unknown = gatherAddresses(with({"0.0.0.0:1"}, {"nosuch0"}));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().text.find("nosuch0"), std::string::npos);
}

}  // namespace
}  // namespace tessera::server
