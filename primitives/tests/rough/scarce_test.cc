// The rest of the smoke test (smoke_test.cc): no descriptor is left, and a parent that is big and busy forks.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "primitives/tests/support/descriptors.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// Runs `use` without a descriptor; if it throws, the message says what is missing.
template <typename Use>
void expect_work_or_a_reason(const char* missing, Use use) {
  try {
    const NoDescriptors none;
    use();
  } catch (const std::system_error& refusal) {
    EXPECT_NE(std::string(refusal.what()).find(missing), std::string::npos) << refusal.what();
    EXPECT_EQ(refusal.code(), std::errc::too_many_files_open);
  }
}

int square(int number) { return number * number; }

class WithoutDescriptors : public Watchdog {
 protected:
  void SetUp() override {
    if (kHasShadowMemory)
      GTEST_SKIP() << "UBSan needs a descriptor to look at the type of an object";
    Watchdog::SetUp();
  }
};
template <typename S>
class SmokeWithoutDescriptors : public WithoutDescriptors {};
TYPED_TEST_SUITE(SmokeWithoutDescriptors, BothScopes);

TYPED_TEST(SmokeWithoutDescriptors, AllWorksThatNeedsNone) {
  const NoDescriptors none;
  Lock<TypeParam> lock;
  Queue<std::string, TypeParam> texts(2);
  Crew<TypeParam> crew;
  crew.start(2, [&](int) {
    for (int round = 0; round < 1'000; ++round) {
      const std::scoped_lock hold(lock);
      texts.put(texts.get() + "x");
    }
  });
  texts.put("");
  crew.join();
  EXPECT_EQ(texts.get().size(), 2'000u);
  BoundedSemaphore<TypeParam> permits(1);
  Event<TypeParam> event;
  Condition<TypeParam> changed;
  Barrier<TypeParam> barrier(1);
  Value<int, TypeParam> value(1);
  permits.acquire();
  event.set();
  EXPECT_TRUE(event.wait_for(1ms));
  EXPECT_EQ(barrier.wait(), 0);
  const std::scoped_lock hold(changed, value);
  EXPECT_FALSE(changed.wait_for(1ms));
  EXPECT_FALSE(permits.try_acquire_for(1ms));
}

TYPED_TEST(SmokeWithoutDescriptors, APipeAndAPoolWorkOrSayWhatIsMissing) {
  expect_work_or_a_reason("file descriptors", [] {
    auto [here, there] = Pipe<int, TypeParam>();
    here.send(1);
    EXPECT_EQ(there.recv(), 1);
  });
  expect_work_or_a_reason("descriptor", [] {
    Pool<TypeParam> pool(2);
    EXPECT_EQ(pool.apply(square, 7), 49);
  });
}

TEST_F(WithoutDescriptors, AProcessStartsAndEnds) {
  const NoDescriptors none;
  Process child([] { return 3; });
  child.start();
  EXPECT_EQ(child.sentinel().wait_until(after(50s)), true);
  EXPECT_EQ(child.exitcode(), 3);
}

class SmokeOfForks : public Watchdog {};

// 256 MiB that it has written, and threads that allocate, print and use queues at each moment.
TEST_F(SmokeOfForks, ABigAndBusyParentStartsChildrenThatWork) {
  if (!kForksAmongThreads) GTEST_SKIP() << "this sanitizer's allocator may be locked in a child";
  std::vector<std::uint64_t> big((std::size_t{256} << 20) / 8);
  for (std::size_t at = 0; at < big.size(); at += 512) big[at] = at;
  Queue<std::string, Threads> inside(4);
  std::atomic<bool> is_over{false};
  std::vector<std::thread> busy;
  busy.emplace_back([&] {
    while (!is_over) (void)inside.try_put_for(std::string(1'000, 'x'), 1ms);
  });
  busy.emplace_back([&] {
    while (!is_over) (void)inside.try_get_for(1ms);
  });
  busy.emplace_back([&] {
    while (!is_over) std::fprintf(stderr, "%s", std::string(100, '\0').substr(100).c_str());
  });
  Lock<Processes> lock;
  Queue<std::string, Processes> answers(64);
  constexpr int kChildren = 20;
  for (int i = 0; i < kChildren; ++i) {
    Process child([&] {
      const std::scoped_lock hold(lock);
      answers.put("child " + std::to_string(big[512]));
      return 7;
    });
    child.start();
    EXPECT_EQ(answers.get(), "child 512");
    child.join();
    EXPECT_EQ(child.exitcode(), 7);
  }
  is_over = true;
  for (auto& thread : busy) thread.join();
}

}  // namespace
}  // namespace gilfree::testing
