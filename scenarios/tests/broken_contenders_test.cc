// Contenders that are broken on purpose, measured as any other: the launch fails and says what was wrong.
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "scenarios/flow_workers.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/semaphore_pool.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

enum class Fault { kNone, kLoses, kRepeats, kTears, kSwaps, kReplaces, kForeign };

// A ring of plain memory that one producer and one consumer share, which may be processes, and which does wrong with
// its 30th item. It spins.
template <Fault kFault, std::size_t N>
class FaultyRing {
 public:
  explicit FaultyRing(std::size_t) {}

  void put(const Message<N>& message) {
    Message<N> item = message;
    if (++puts_ == 30) {
      if (kFault == Fault::kLoses) return;
      if (kFault == Fault::kRepeats) push(item);
      if (kFault == Fault::kTears) item.payload[N - 1] ^= std::byte{1};
      if (kFault == Fault::kReplaces) item = before_;
      if (kFault == Fault::kForeign) ItemWords<N>::write(item, std::uint64_t{40} << kNumberBits);
      if (kFault == Fault::kSwaps) return void(held_ = item);
    }
    push(item);
    if (kFault == Fault::kSwaps && puts_ == 31) push(held_);
    before_ = item;
  }
  void get(Message<N>& message) {
    while (tail_.load(std::memory_order_acquire) == head_.load(std::memory_order_relaxed))
      ::sched_yield();
    message = items_[head_ % kSlots];
    head_.fetch_add(1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kSlots = 64;

  void push(const Message<N>& item) {
    while (tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) == kSlots)
      ::sched_yield();
    items_[tail_ % kSlots] = item;
    tail_.fetch_add(1, std::memory_order_release);
  }

  Message<N> items_[kSlots] = {};
  Message<N> before_{}, held_{};
  int puts_ = 0;
  std::atomic<std::size_t> head_{0}, tail_{0};
};

// What a launch says of such a ring: its error, or "" for a good one.
template <Fault kFault, WorkerKind K, std::size_t N = 64>
string said_of(bool in_order = true) {
  TestLaunch launch({{"queue_depth", 64}});
  launch.run().tally(0);
  const Flow flow{.producers = 1,
                  .consumers = 1,
                  .batch = 1,
                  .arrival = {},
                  .in_order = in_order,
                  .most_looks = 300};
  try {
    measure_flow<FaultyRing<kFault, N>, N, K>(launch.run(), flow, {-1, -1});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return launch.columns().value("error", "");
}

template <WorkerKind K>
void expect_faults_of_a_flow_are_noticed() {
  EXPECT_EQ((said_of<Fault::kNone, K>()), "");
  EXPECT_EQ((said_of<Fault::kSwaps, K>()), "1 payload arrived wrong");
  // A torn item, or one of no producer, is none that was put: that one is missing.
  EXPECT_TRUE((said_of<Fault::kTears, K>()).starts_with("of producer 0's "));
  EXPECT_TRUE((said_of<Fault::kForeign, K>()).starts_with("of producer 0's "));
}

TEST(BrokenQueueTest, BetweenThreadsATornASwappedAndAForeignItemFailTheRow) {
  expect_faults_of_a_flow_are_noticed<WorkerKind::kThreads>();
}

TEST(BrokenQueueTest, BetweenProcessesATornASwappedAndAForeignItemFailTheRow) {
  expect_faults_of_a_flow_are_noticed<WorkerKind::kProcesses>();
}

TEST(BrokenQueueTest, WhereNoOrderIsPromisedSwappedItemsAreRight) {
  EXPECT_EQ((said_of<Fault::kSwaps, WorkerKind::kThreads>(/*in_order=*/false)), "");
}

TEST(BrokenQueueTest, AnItemInPlaceOfAnotherFailsTheLaunchThoughTheirNumberIsRight) {
  const string said = said_of<Fault::kReplaces, WorkerKind::kProcesses>(/*in_order=*/false);
  EXPECT_TRUE(said.starts_with("of producer 0's ")) << said;
  EXPECT_TRUE(said.ends_with(" arrived, or some twice and others not at all")) << said;
}

TEST(BrokenQueueTest, AnItemThatArrivesTwiceFailsTheLaunch) {
  const string said = said_of<Fault::kRepeats, WorkerKind::kProcesses>(/*in_order=*/false);
  EXPECT_TRUE(said.starts_with("of producer 0's ")) << said;
}

// The last producer waits for all items before it ends the consumers: for ever, if one was lost.
TEST(BrokenQueueTest, ALostItemEndsTheLaunchWithTheirNumber) {
  const string said = said_of<Fault::kLoses, WorkerKind::kProcesses>();
  EXPECT_TRUE(said.starts_with("producer 0: 1 of ")) << said;
  EXPECT_TRUE(said.ends_with(" items never arrived")) << said;
}

TEST(BrokenQueueDeathTest, ALostItemBetweenThreadsEndsTheProcessWithTheirNumber) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT((said_of<Fault::kLoses, WorkerKind::kThreads>()), ::testing::ExitedWithCode(1),
              "producer 0: 1 of .* items never arrived");
}

TEST(BrokenQueueTest, AnItemOf8BytesHasNoSecondEndThatCouldBeTorn) {
  EXPECT_EQ((said_of<Fault::kNone, WorkerKind::kProcesses, 8>()), "");
  EXPECT_NE((said_of<Fault::kTears, WorkerKind::kProcesses, 8>()), "") << "its producer is another";
}

// Admits one more than it has permits.
class OneTooMany {
 public:
  static constexpr Facts kFacts{.name = "one_too_many",
                                .label = "one too many",
                                .family = "test",
                                .primitive = "semaphore",
                                .wait = "spin"};
  explicit OneTooMany(int permits) : permits_(permits + 1) {}
  void acquire() {
    while (true) {
      int seen = permits_;
      if (seen > 0 && permits_.compare_exchange_weak(seen, seen - 1)) return;
      ::sched_yield();
    }
  }
  void release() { ++permits_; }

 private:
  std::atomic<int> permits_;
};

template <WorkerKind K>
void expect_one_too_many_is_noticed() {
  TestLaunch launch({{"permits", 2}, {"work_in_ns", 50'000}});
  for (int me = 0; me < 4; ++me) launch.run().tally(me);
  EXPECT_EQ(message_of<std::runtime_error>([&] {
              measure_semaphore<OneTooMany, K>(launch.run(), {-1, -1, -1, -1});
            }),
            "3 were inside at once through 2 permits");
}

TEST(BrokenSemaphoreTest, OneThatAdmitsOneTooManyIsNoticedBetweenThreads) {
  expect_one_too_many_is_noticed<WorkerKind::kThreads>();
}

TEST(BrokenSemaphoreTest, OneThatAdmitsOneTooManyIsNoticedBetweenProcesses) {
  expect_one_too_many_is_noticed<WorkerKind::kProcesses>();
}

}  // namespace
}  // namespace scenarios::testing
