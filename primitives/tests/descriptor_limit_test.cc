// What exists goes on where RLIMIT_NOFILE has been lowered to 0 since it was made. Nothing can be opened then,
// and poll(2) refuses to look at what is open.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/wait.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/descriptors.h"
#include "primitives/tests/support/killable_process.h"
#include "primitives/tests/support/named.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kWhySkipped = "UBSan needs a descriptor to look at the type of an object";

class DescriptorLimitTest : public NamedTest {
 protected:
  void SetUp() override {
    if (kHasShadowMemory) GTEST_SKIP() << kWhySkipped;
    NamedTest::SetUp();
  }
};

// Kills the process that holds the other end, and expects each call here to notice.
void expect_noticed(Connection<int>& mine, KillableProcess& holder) {
  const NoDescriptorAllowed none;
  EXPECT_FALSE(mine.poll());
  holder.kill();
  EXPECT_TRUE(mine.poll());
  EXPECT_THROW(mine.recv(), EndOfFile);
  EXPECT_THROW((void)mine.try_recv_for(1h), EndOfFile);
  EXPECT_EQ(wait(std::vector{&mine}).size(), 1u);
  EXPECT_THROW(mine.send(1), BrokenPipe);
}

TEST_F(DescriptorLimitTest, TheDeathOfAPipesOtherEndIsNoticed) {
  auto [mine, theirs] = Pipe<int, Processes>();
  auto holder = KillableProcess::after([] {});
  theirs.close();
  expect_noticed(mine, holder);
}

TEST_F(DescriptorLimitTest, TheDeathOfTheOtherEndOfANamedPipeIsNoticed) {
  Connection<int> mine(create_only, name());
  auto holder = KillableProcess::after([&] {
    static std::optional<Connection<int>> theirs;
    theirs.emplace(open_only, name());
  });
  expect_noticed(mine, holder);
}

TEST_F(DescriptorLimitTest, OneThatWaitsForItIsWokenByTheDeath) {
  auto [mine, theirs] = Pipe<int, Processes>();
  auto holder = KillableProcess::after([] {});
  theirs.close();
  Ledger<Processes> ended(1);
  SleepWatch<Processes> asleep(1);
  Crew<Processes> crew;
  crew.start(1, [&, &mine = mine](int) {
    const NoDescriptorAllowed none;
    asleep.will_sleep(0);
    try {
      (void)mine.recv();
    } catch (const EndOfFile&) {
      ended[0] = 1;
    }
  });
  asleep.await_all();
  holder.kill();
  crew.join();
  EXPECT_EQ(ended[0], 1);
}

TEST_F(DescriptorLimitTest, APipeIsClosedAndTheCloseIsNoticed) {
  auto [mine, theirs] = Pipe<int, Processes>();
  const NoDescriptorAllowed none;
  theirs.send(1);
  theirs.close();
  EXPECT_EQ(mine.recv(), 1);
  EXPECT_THROW(mine.recv(), EndOfFile);
  EXPECT_THROW(mine.send(1), BrokenPipe);
}

// The waiter knows a descriptor of the child, which its first wait has opened. One that sleeps is seen asleep
// each time that the test looks, one that looks at the child all the time is not.
TEST_F(DescriptorLimitTest, OneThatWaitsForAChildSleeps) {
  constexpr int kLooks = 100;
  Queue<int, Processes> gate(1);
  Ledger<Processes> waiter(1);
  Crew<Processes> crew;
  crew.start(1, [&](int) {
    Process child([&] { return gate.get(); });
    child.start();
    (void)child.join_for(1ms);
    const NoDescriptorAllowed none;
    waiter[0] = ::getpid();
    child.join();
  });
  while (waiter[0] == 0) std::this_thread::yield();
  const auto pid = static_cast<int>(waiter[0]);
  for (int asleep = 0; asleep < kLooks; asleep = state_of(pid) == 'S' ? asleep + 1 : 0) continue;
  gate.put(3);
  crew.join();
}

TEST_F(DescriptorLimitTest, AnOwnerIsNamedAndKnownAsBefore) {
  const auto thread = detail::name_this_thread(), process = detail::name_this_process();
  const auto another = thread ^ (detail::OwnerId{1} << 63);  // that had this id, and started later
  const NoDescriptorAllowed none;
  EXPECT_EQ(detail::name_this_thread(), thread);
  EXPECT_EQ(detail::name_this_process(), process);
  EXPECT_TRUE(detail::kernel_knows(thread, detail::OwnerKind::kThread));
  EXPECT_FALSE(detail::kernel_knows(another, detail::OwnerKind::kThread));
}

TEST_F(DescriptorLimitTest, APoolMadeBeforeIsUsedAndEnded) {
  Pool<Processes> pool(2);
  const NoDescriptorAllowed none;
  EXPECT_EQ(pool.map(square, first_numbers(50)), squares(50));
  pool.close();
  pool.join();
}

class StartWithDescriptorLimitTest : public StartMethods {
 protected:
  void SetUp() override {
    if (kHasShadowMemory) GTEST_SKIP() << kWhySkipped;
    StartMethods::SetUp();
  }
};
INSTANTIATE_TEST_SUITE_P(By, StartWithDescriptorLimitTest, kStartMethods, name_of_start_method);

TEST_P(StartWithDescriptorLimitTest, AServerMadeBeforeGoesOnStartingProcesses) {
  Process child = make([] { return 3; });  // the server is made here
  const NoDescriptorAllowed none;
  child.start();
  EXPECT_TRUE(child.join_for(1h));
  EXPECT_EQ(child.exitcode(), 3);
}

}  // namespace
}  // namespace gilfree::testing
