// SPDX-License-Identifier: Apache-2.0
#include "load/teardown.h"

#include <gtest/gtest.h>

#include <future>

namespace tessera::load {
namespace {

using std::chrono::milliseconds;

TEST(TeardownTest, RunsTasksInOrderAndFreesThemBeforeItIsIdle) {
  Teardown teardown;
  std::vector<int> order;
  const auto token = std::make_shared<int>(0);
  for (int i = 0; i < 3; ++i) teardown.add([&order, i, token] { order.push_back(i); });
  ASSERT_TRUE(teardown.waitIdle(std::chrono::seconds(10)));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(token.use_count(), 1);
}

TEST(TeardownTest, SaysWhenSomethingHangs) {
  std::promise<void> released;
  Teardown teardown;
  teardown.add([gate = released.get_future().share()] { gate.wait(); });
  EXPECT_FALSE(teardown.waitIdle(milliseconds(20)));
  released.set_value();
  EXPECT_TRUE(teardown.waitIdle(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace tessera::load
