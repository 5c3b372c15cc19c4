#include "gilfree/lifo_queue.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class LifoQueueTest : public Watchdog {};
TYPED_TEST_SUITE(LifoQueueTest, BothScopes);

TYPED_TEST(LifoQueueTest, TheLastOnePutLeavesFirst) {
  LifoQueue<int, TypeParam> queue(3);
  for (int item : {7, 8, 9}) queue.put(item);
  EXPECT_EQ(queue.get(), 9);
  queue.put(10);
  EXPECT_EQ(queue.get_many(9), (std::vector<int>{10, 8, 7}));
}

TYPED_TEST(LifoQueueTest, StringsComeBackAsFromAStack) {
  LifoQueue<std::string, TypeParam> queue(64);
  std::vector<std::string> stack;
  std::mt19937 random(1);
  for (int step = 0; step < 20'000; ++step) {
    if (stack.empty() || (stack.size() < 64 && random() % 2 == 0)) {
      stack.emplace_back(random() % 2'000, static_cast<char>('a' + random() % 26));
      queue.put(stack.back());
    } else {
      ASSERT_EQ(queue.get(), stack.back());
      stack.pop_back();
    }
  }
}

}  // namespace
}  // namespace gilfree::testing
