// SPDX-License-Identifier: Apache-2.0
#include "room/roster.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

Participant person(const char* id, ParticipantRole role = ParticipantRole::participant) {
  Participant participant;
  participant.id = {id};
  participant.name = id;
  participant.role = role;
  return participant;
}

TEST(Roster, FirstToJoinModerates) {
  Roster roster;
  EXPECT_EQ(roster.add(person("a")).role, ParticipantRole::moderator);
  EXPECT_EQ(roster.add(person("b")).role, ParticipantRole::participant);
  EXPECT_TRUE(roster.isModerator({"a"}));
  EXPECT_FALSE(roster.isModerator({"b"}));
  EXPECT_FALSE(roster.isModerator({"nobody"}));
}

TEST(Roster, LongestPresentTakesOver) {
  Roster roster;
  for (const char* id : {"a", "b", "c"}) roster.add(person(id));
  EXPECT_TRUE(roster.remove({"a"}));
  EXPECT_TRUE(roster.isModerator({"b"}));
  EXPECT_TRUE(roster.remove({"b"}));
  EXPECT_TRUE(roster.isModerator({"c"}));
}

TEST(Roster, LeavingOfOthersChangesNoRole) {
  Roster roster;
  for (const char* id : {"a", "b", "c"}) roster.add(person(id));
  EXPECT_TRUE(roster.remove({"b"}));
  EXPECT_FALSE(roster.remove({"b"}));
  EXPECT_TRUE(roster.isModerator({"a"}));
  EXPECT_FALSE(roster.isModerator({"c"}));
}

TEST(Roster, ViewersNeverModerate) {
  Roster roster;
  EXPECT_EQ(roster.add(person("v", ParticipantRole::viewer)).role, ParticipantRole::viewer);
  EXPECT_EQ(roster.add(person("a")).role, ParticipantRole::moderator);
  roster.remove({"a"});
  EXPECT_FALSE(roster.isModerator({"v"}));
}

TEST(Roster, KeepsTheOrderOfJoining) {
  Roster roster;
  for (const char* id : {"c", "a", "b"}) roster.add(person(id));
  ASSERT_EQ(roster.size(), 3u);
  EXPECT_EQ(roster.list()[0].id.value, "c");
  EXPECT_EQ(roster.list()[2].id.value, "b");
  EXPECT_EQ(roster.find({"a"})->name, "a");
  EXPECT_EQ(roster.find({"z"}), nullptr);
}

}  // namespace
}  // namespace tessera
