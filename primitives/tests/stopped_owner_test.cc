// A process or thread that stands still in the middle of an operation holds up those that wait without
// a limit, and no others: try_ waits for a moment, _for and _until at most that long.
//
// Between processes the codec of an item stops its process (SIGSTOP) while the queue's lock is held;
// between threads the item's copy waits. Both with a lock that is biased to its owner and without.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/waiter.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

struct Letter {
  std::string text;
  bool operator<(const Letter& other) const { return text < other.text; }
};
bool stops_in_write = false, stops_in_read = false;
pid_t stays_until_it_sleeps = 0;  // in write
std::atomic<std::int64_t>* is_in_write = nullptr;

void stay_in_write() {
  *is_in_write = 1;
  await_sleep(stays_until_it_sleeps);
}

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Letter> {
  using Letter = gilfree::testing::Letter;
  static std::size_t size(const Letter& letter) { return letter.text.size(); }
  static void write(const Letter& letter, std::byte* bytes) {
    if (gilfree::testing::stops_in_write) ::raise(SIGSTOP);
    if (gilfree::testing::stays_until_it_sleeps != 0) gilfree::testing::stay_in_write();
    std::memcpy(bytes, letter.text.data(), letter.text.size());
  }
  static Letter read(const std::byte* bytes, std::size_t size) {
    if (gilfree::testing::stops_in_read) ::raise(SIGSTOP);
    return {std::string(reinterpret_cast<const char*>(bytes), size)};
  }
};

namespace gilfree::testing {
namespace {

// So many operations in a row as bias a lock to the one that does them.
constexpr int kEnoughForABias = 300;

template <typename Queue>
class AnyStoppedOwnerTest : public Watchdog {
 protected:
  // A process that does `prepare`, then `operation`, in which it stops. Returns when it has stopped.
  template <typename Prepare, typename Operation>
  void stop_in(Prepare prepare, Operation operation) {
    stopped_ = fork_child([&] {
      prepare();
      operation();
    });
    int status = 0;
    ASSERT_EQ(::waitpid(stopped_, &status, WUNTRACED), stopped_);
    ASSERT_TRUE(WIFSTOPPED(status));
  }
  void go_on() {
    ::kill(stopped_, SIGCONT);
    int status = 0;
    ASSERT_EQ(::waitpid(stopped_, &status, 0), stopped_);
    ASSERT_TRUE(WIFEXITED(status));
  }
  void TearDown() override {
    if (stopped_ != 0) ::kill(stopped_, SIGKILL);
    Watchdog::TearDown();
  }

  void put_and_get(int times) {
    for (int i = 0; i < times; ++i) {
      queue_.put({"."});
      (void)queue_.get();
    }
  }

  Queue queue_{8};
  pid_t stopped_ = 0;
};
using Queues = ::testing::Types<Queue<Letter, Processes>, LifoQueue<Letter, Processes>,
                                PriorityQueue<Letter, std::less<Letter>, Processes>,
                                JoinableQueue<Letter, Processes>>;

template <typename Queue>
using StoppedOwnerTest = AnyStoppedOwnerTest<Queue>;
TYPED_TEST_SUITE(StoppedOwnerTest, Queues);

// The holder leaves when it sees that the try waits for it. The try gives up after a while, which a busy
// machine may need to run the holder: once in many times is enough.
TYPED_TEST(StoppedOwnerTest, ATryIsNotRefusedBecauseAnotherPartyIsAtWork) {
  Ledger<Processes> inside(1);
  is_in_write = &inside[0];
  bool was_put = false;
  for (int attempt = 0; attempt < 50 && !was_put; ++attempt) {
    inside[0] = 0;
    const pid_t parent = ::getpid();
    const pid_t holder = fork_child([&] {
      stays_until_it_sleeps = parent;
      this->queue_.put({"slow"});
    });
    while (inside[0] == 0) std::this_thread::yield();
    was_put = this->queue_.try_put({"x"});
    ASSERT_EQ(::waitpid(holder, nullptr, 0), holder);
    while (this->queue_.try_get()) continue;
  }
  EXPECT_TRUE(was_put);
}

TYPED_TEST(StoppedOwnerTest, BehindAPutThatStandsStillNoPutWaitsBeyondItsTimeout) {
  for (const int before : {0, kEnoughForABias}) {
    this->stop_in([&] { this->put_and_get(before); },
                  [&] {
                    stops_in_write = true;
                    this->queue_.put({"slow"});
                  });
    EXPECT_FALSE(this->queue_.try_put({"x"}));
    EXPECT_FALSE(this->queue_.try_put_for({"x"}, 20ms));
    EXPECT_FALSE(this->queue_.try_put_until({"x"}, Clock::now() + 20ms));
    EXPECT_FALSE(this->queue_.try_put_until({"x"}, std::chrono::system_clock::now() + 20ms));
    EXPECT_EQ(this->queue_.try_put_many(std::vector<Letter>{{"x"}, {"y"}}), 0U);
    EXPECT_FALSE(this->queue_.closed());
    this->go_on();
    EXPECT_TRUE(this->queue_.try_put({"z"}));
    EXPECT_EQ(this->queue_.qsize(), 2U);
    while (this->queue_.try_get()) continue;
  }
}

TYPED_TEST(StoppedOwnerTest, BehindAGetThatStandsStillNoGetWaitsBeyondItsTimeout) {
  for (const int before : {0, kEnoughForABias}) {
    this->stop_in(
        [&] {
          this->put_and_get(before);
          this->queue_.put({"slow"});
          this->queue_.put({"next"});
        },
        [&] {
          stops_in_read = true;
          (void)this->queue_.get();
        });
    EXPECT_FALSE(this->queue_.try_get());
    EXPECT_FALSE(this->queue_.try_get_for(20ms));
    EXPECT_FALSE(this->queue_.try_get_until(Clock::now() + 20ms));
    EXPECT_FALSE(this->queue_.try_get_until(std::chrono::system_clock::now() + 20ms));
    EXPECT_TRUE(this->queue_.try_get_many(2).empty());
    EXPECT_TRUE(this->queue_.try_get_many_for(2, 20ms).empty());
    this->go_on();
    EXPECT_TRUE(this->queue_.try_get());
    EXPECT_EQ(this->queue_.qsize(), 0U);
  }
}

TYPED_TEST(StoppedOwnerTest, KilledWhileItStandsStillItHoldsNoneUp) {
  for (const int before : {0, kEnoughForABias}) {
    this->stop_in([&] { this->put_and_get(before); },
                  [&] {
                    stops_in_write = true;
                    this->queue_.put({"lost"});
                  });
    EXPECT_FALSE(this->queue_.try_put({"x"}));
    ::kill(this->stopped_, SIGKILL);
    ::waitpid(this->stopped_, nullptr, 0);
    EXPECT_TRUE(this->queue_.try_put({"x"}));
    EXPECT_EQ(this->queue_.get().text, "x");
  }
}

// As queue.h says: close() has no limit. It waits for the put that stands still, and then returns.
TYPED_TEST(StoppedOwnerTest, BehindAPutThatStandsStillCloseWaitsUntilItGoesOn) {
  this->stop_in([] {},
                [&] {
                  stops_in_write = true;
                  this->queue_.put({"slow"});
                });
  Waiter closing([&] { this->queue_.close(); });
  EXPECT_FALSE(closing.is_back());
  EXPECT_FALSE(this->queue_.closed());
  this->go_on();
  closing.join();
  EXPECT_TRUE(closing.is_back());
  EXPECT_EQ(this->queue_.get().text, "slow");
  EXPECT_THROW(this->queue_.get(), Closed);
}

using JoinTest = AnyStoppedOwnerTest<JoinableQueue<Letter, Processes>>;

TEST_F(JoinTest, BehindAGetThatStandsStillNoJoinWaitsBeyondItsTimeout) {
  stop_in([&] { queue_.put({"slow"}); },
          [&] {
            stops_in_read = true;
            (void)queue_.get();
          });
  EXPECT_FALSE(queue_.join_for(0ms));
  EXPECT_FALSE(queue_.join_for(20ms));
  EXPECT_FALSE(queue_.join_until(std::chrono::system_clock::now() + 20ms));
}

// As joinable_queue.h says: task_done() has no limit.
TEST_F(JoinTest, BehindAGetThatStandsStillTaskDoneWaitsUntilItGoesOn) {
  stop_in(
      [&] {
        queue_.put({"slow"});
        queue_.put({"next"});
      },
      [&] {
        stops_in_read = true;
        (void)queue_.get();
      });
  Waiter done([&] { queue_.task_done(); });
  EXPECT_FALSE(done.is_back());
  go_on();
  done.join();
  EXPECT_TRUE(done.is_back());
}

// An item whose copy stands still until it may go on.
struct SlowCopy {
  explicit SlowCopy(bool slow = false) : is_slow(slow) {}
  SlowCopy(const SlowCopy& other) : is_slow(other.is_slow) {
    if (!is_slow) return;
    stands_still.store(true);
    stands_still.notify_all();
    may_go_on.wait(false);
  }
  SlowCopy& operator=(const SlowCopy&) = default;
  bool operator<(const SlowCopy&) const { return false; }

  bool is_slow;
  static inline std::atomic<bool> stands_still{false}, may_go_on{false};
};

template <typename Queue>
class SlowCopyTest : public Watchdog {};
using QueuesOfThreads = ::testing::Types<Queue<SlowCopy, Threads>, LifoQueue<SlowCopy, Threads>,
                                         PriorityQueue<SlowCopy, std::less<SlowCopy>, Threads>,
                                         JoinableQueue<SlowCopy, Threads>>;
TYPED_TEST_SUITE(SlowCopyTest, QueuesOfThreads);

TYPED_TEST(SlowCopyTest, BehindAPutThatStandsStillNoPutWaitsBeyondItsTimeout) {
  for (const int before : {0, kEnoughForABias}) {
    TypeParam queue(8);
    SlowCopy::stands_still = SlowCopy::may_go_on = false;
    std::thread slow([&] {
      for (int i = 0; i < before; ++i) {
        queue.put(SlowCopy());
        (void)queue.get();
      }
      const SlowCopy item(true);
      queue.put(item);
    });
    SlowCopy::stands_still.wait(false);
    EXPECT_FALSE(queue.try_put(SlowCopy()));
    EXPECT_FALSE(queue.try_put_for(SlowCopy(), 20ms));
    EXPECT_FALSE(queue.try_put_until(SlowCopy(), Clock::now() + 20ms));
    SlowCopy::may_go_on = true;
    SlowCopy::may_go_on.notify_all();
    slow.join();
    EXPECT_TRUE(queue.try_put(SlowCopy()));
    EXPECT_EQ(queue.qsize(), 2U);
  }
}

}  // namespace
}  // namespace gilfree::testing
