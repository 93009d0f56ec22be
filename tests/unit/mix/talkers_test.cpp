// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/talkers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace tessera::mix {
namespace {

constexpr int kMax = 3;

class TalkersTest : public testing::Test {
 protected:
  TalkersTest() {
    for (Candidate& one : people_) pointers_.push_back(&one);
  }
  void talk(std::size_t who, float levelDb) {
    people_[who].wants = people_[who].loudNow = true;
    people_[who].levelDb = levelDb;
  }
  void pause(std::size_t who) { people_[who].loudNow = false; }
  void silent(std::size_t who) { people_[who].wants = people_[who].loudNow = false; }
  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      selection_.update(pointers_);
      ASSERT_LE(std::ranges::count_if(people_, [](const Candidate& c) { return seated(c.seat); }), kMax);
    }
  }
  Seat seat(std::size_t who) const { return people_[who].seat; }

  std::array<Candidate, 6> people_;
  std::vector<Candidate*> pointers_;
  TalkerSelection selection_{kMax};
};

TEST_F(TalkersTest, JoinsAndLeavesInOneTickEach) {
  talk(0, -30);
  run(1);
  EXPECT_EQ(seat(0), Seat::joining);
  run(1);
  EXPECT_EQ(seat(0), Seat::in);
  silent(0);
  run(1);
  EXPECT_EQ(seat(0), Seat::leaving);
  run(1);
  EXPECT_EQ(seat(0), Seat::out);
}

TEST_F(TalkersTest, TheLoudestAreChosen) {
  for (std::size_t i = 0; i < people_.size(); ++i) talk(i, -30.0F - static_cast<float>(i % 2) * 10);
  run(1);
  EXPECT_EQ(seat(0), Seat::joining);
  EXPECT_EQ(seat(2), Seat::joining);
  EXPECT_EQ(seat(4), Seat::joining);
}

// Four people of about the same level, for whom there are three seats: nobody loses the seat.
TEST_F(TalkersTest, EqualsDoNotFlap) {
  for (std::size_t i = 0; i < 3; ++i) talk(i, -30);
  run(5);
  talk(3, -27);
  for (int i = 0; i < 200; ++i) {
    people_[3].levelDb = i % 2 == 0 ? -25.0F : -33.0F;
    run(1);
    EXPECT_EQ(seat(3), Seat::out);
  }
}

TEST_F(TalkersTest, AMuchLouderOneGetsInAfterAWhile) {
  talk(0, -30);
  talk(1, -45);
  talk(2, -30);
  run(40);
  talk(3, -28);
  run(8);
  EXPECT_EQ(seat(3), Seat::out);
  run(4);
  EXPECT_EQ(seat(1), Seat::out);
  EXPECT_TRUE(seated(seat(3)));
}

TEST_F(TalkersTest, WhoPausesYieldsAtOnce) {
  for (std::size_t i = 0; i < 3; ++i) talk(i, -30);
  run(5);
  pause(2);
  run(6);
  EXPECT_EQ(seat(2), Seat::in) << "nobody wants the seat";
  talk(3, -40);
  run(2);
  EXPECT_EQ(seat(2), Seat::out);
  EXPECT_EQ(seat(3), Seat::joining);
}

}  // namespace
}  // namespace tessera::mix
