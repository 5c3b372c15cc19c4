// A thread counts from its start to its end, and a joined one no more: seen again and again, as the kernel takes
// a joined thread out of its list a moment later.
#include "scenarios/tests/own_threads.h"

#include <gtest/gtest.h>

#include <thread>

namespace scenarios::testing {
namespace {

TEST(OwnThreadsTest, CountAThreadUntilItIsJoined) {
  const auto before = own_threads();
  for (int i = 0; i < 2000; ++i) {
    std::thread thread([&] { EXPECT_EQ(own_threads(), before + 1); });
    thread.join();
    ASSERT_EQ(own_threads(), before);
  }
}

}  // namespace
}  // namespace scenarios::testing
