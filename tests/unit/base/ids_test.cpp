// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace tessera {
namespace {

TEST(RoomName, IsLowerCased) {
  EXPECT_EQ(parseRoomId("All-Hands_2")->value, "all-hands_2");
  EXPECT_EQ(parseRoomId(std::string(64, 'z'))->value.size(), 64u);
}

TEST(RoomName, RefusesWhatIsNotOne) {
  const std::string longName(65, 'a');
  const std::string nul("a\0b", 3);
  for (const std::string_view name :
       {std::string_view(""), std::string_view(longName), std::string_view(nul), std::string_view("a b"),
        std::string_view("a/b"), std::string_view(".."), std::string_view("ä"), std::string_view("a\n")}) {
    const auto id = parseRoomId(name);
    ASSERT_FALSE(id.has_value()) << name;
    EXPECT_EQ(id.error().code, ErrorCode::badRequest);
  }
}

TEST(RandomToken, HasTheLengthAndOnlyItsAlphabetAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = randomToken(12);
    ASSERT_EQ(token.size(), 12u);
    ASSERT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string::npos);
    ASSERT_TRUE(seen.insert(token).second);
  }
  EXPECT_EQ(randomToken(0), "");
  EXPECT_EQ(randomToken(500).size(), 500u);
}

TEST(RandomToken, UsesEveryCharacterAboutAsOften) {
  std::array<int, 256> count{};
  for (const char c : randomToken(36'000)) ++count[static_cast<unsigned char>(c)];
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) {
    EXPECT_GT(count[static_cast<unsigned char>(c)], 800) << c;  // 1000 expected; six standard deviations
    EXPECT_LT(count[static_cast<unsigned char>(c)], 1200) << c;
  }
}

TEST(PeerKey, TellsConnectionsOfAParticipantApart) {
  const PeerKey first{{"ada"}, "main", 1};
  EXPECT_EQ(first, (PeerKey{{"ada"}, "main", 1}));
  EXPECT_NE(first, (PeerKey{{"ada"}, "main", 2}));
  EXPECT_NE(first, (PeerKey{{"ada"}, "screen", 1}));
  EXPECT_LT(first, (PeerKey{{"bob"}, "main", 0}));
}

}  // namespace
}  // namespace tessera
