// start() while other threads use the same Process.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <functional>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gilfree/process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

class ProcessStartTest : public StartMethods {};
class ForkStartTest : public Watchdog {};

INSTANTIATE_TEST_SUITE_P(By, ProcessStartTest, kStartMethods, name_of_start_method);

// What this thread does before its next fork.
thread_local std::function<void()> before_fork;
[[maybe_unused]] const int at_fork = ::pthread_atfork(
    [] {
      if (const auto before = std::exchange(before_fork, nullptr)) before();
    },
    nullptr, nullptr);

// ThreadSanitizer sees whether what they read is written meanwhile.
TEST_P(ProcessStartTest, ItMayBeAskedAllTheWhile) {
  for (int round = 0; round < 10; ++round) {
    Process child = make([] { return 3; });
    const ProcessHandle handle = child;
    std::latch asking(3);
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([&] {
        EXPECT_EQ(handle.exitcode(), std::nullopt);
        asking.count_down();
        while (handle.pid() == 0) (void)handle.is_alive();
        handle.join();
        EXPECT_EQ(handle.exitcode(), 3);
      });
    }
    asking.wait();
    child.start();
    for (auto& other : others) other.join();
  }
}

TEST_F(ForkStartTest, OneThatIsBeingStartedIsNotStartedTwice) {
  std::latch begun(1), go_on(1);
  Process child([] { return 3; });
  std::thread starter([&] {
    before_fork = [&] {
      begun.count_down();
      go_on.wait();
    };
    child.start();
  });
  begun.wait();
  EXPECT_THROW(child.start(), std::logic_error);
  EXPECT_THROW(child.join(), std::logic_error);
  EXPECT_FALSE(child.is_alive());
  EXPECT_EQ(child.pid(), 0);
  go_on.count_down();
  starter.join();
  child.join();
  EXPECT_EQ(child.exitcode(), 3);
}

}  // namespace
}  // namespace gilfree::testing
