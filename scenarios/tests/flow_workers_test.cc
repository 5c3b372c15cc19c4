// The proof of producer_consumer, and the workloads of cpu_scaling: what is wrong must be noticed.
#include "scenarios/flow_workers.h"

#include <deque>
#include <mutex>

#include "scenarios/tests/support.h"
#include "scenarios/workload.h"

namespace scenarios::testing {
namespace {

using Item = Message<64>;

TEST(ItemWordsTest, AnItemCarriesItsWordAtBothEndsAndItsTime) {
  Item item{};
  ItemWords<64>::write(item, 77, 123456);
  EXPECT_EQ(word_of(item), 77u);
  EXPECT_EQ(ItemWords<64>::due(item), 123456);
  EXPECT_TRUE(ItemWords<64>::is_whole(item));
  item.payload[63] = std::byte{9};
  EXPECT_FALSE(ItemWords<64>::is_whole(item));
}

TEST(ItemWordsTest, AnItemOf8BytesIsItsWord) {
  Message<8> item{};
  ItemWords<8>::write(item, 77);
  EXPECT_EQ(word_of(item), 77u);
  EXPECT_EQ(ItemWords<8>::due(item), 0);
  EXPECT_TRUE(ItemWords<8>::is_whole(item));
}

TEST(VerifyTest, AcceptsWhatArrivedOnce) {
  FlowCounters counters;
  counters.put[0] = 4, counters.taken[0] = 4, counters.sums[0] = 0 + 1 + 2 + 3;
  counters.put[3] = 2, counters.taken[3] = 2, counters.sums[3] = 1;
  EXPECT_NO_THROW(verify(counters));
}

TEST(VerifyTest, NoticesALostItem) {
  FlowCounters counters;
  counters.put[1] = 4, counters.taken[1] = 3, counters.sums[1] = 3;
  EXPECT_EQ(message_of<std::runtime_error>([&] { verify(counters); }),
            "of producer 1's 4 items 3 arrived, or some twice and others not at all");
}

TEST(VerifyTest, NoticesAnItemThatArrivedInPlaceOfAnother) {
  FlowCounters counters;
  counters.put[0] = 4, counters.taken[0] = 4, counters.sums[0] = 0 + 1 + 2 + 2;
  EXPECT_THROW(verify(counters), std::runtime_error);
}

// A queue between threads that can be told to do wrong with its 20th item.
class FaultyQueue {
 public:
  enum class Fault { kNone, kSwaps, kTears, kRepeats, kForeign };

  explicit FaultyQueue(Fault fault) : fault_(fault) {}

  void put(const Item& item) {
    const std::scoped_lock hold(mutex_);
    items_.push_back(item);
    if (++count_ != 20 || fault_ == Fault::kNone) return;
    if (fault_ == Fault::kTears) items_.back().payload[63] ^= std::byte{1};
    if (fault_ == Fault::kForeign) ItemWords<64>::write(items_.back(), ~std::uint64_t{1});
    if (fault_ == Fault::kRepeats) items_.back() = Item{};
    swap_next_ = fault_ == Fault::kSwaps;
  }
  void get(Item& item) {
    while (true) {
      const std::scoped_lock hold(mutex_);
      if (items_.empty() || (swap_next_ && items_.size() < 2)) continue;
      if (std::exchange(swap_next_, false)) std::swap(items_[0], items_[1]);
      item = items_.front();
      items_.pop_front();
      return;
    }
  }

 private:
  Fault fault_;
  std::mutex mutex_;
  std::deque<Item> items_;
  int count_ = 0;
  bool swap_next_ = false;
};

// One producer and one consumer; returns what was noticed.
std::string noticed(FaultyQueue::Fault fault, bool in_order = true) {
  TestLaunch launch({});
  auto& run = launch.run();
  run.tally(0);
  FaultyQueue queue(fault);
  FlowCounters counters;
  const Flow flow{.producers = 1, .consumers = 1, .batch = 1, .arrival = {}, .in_order = in_order};
  FlowWorkers<FaultyQueue, 64> workers(run, queue, counters, flow);
  run_workers(WorkerKind::kThreads,
              {[&] { run.measure(); }, [&] { workers.consume(0); }, [&] { workers.produce(0); }});
  if (launch.columns().contains("error")) return launch.columns().at("error");
  try {
    verify(counters);
  } catch (const std::runtime_error&) {
    return "not all arrived once";
  }
  return "";
}

TEST(FlowWorkersTest, AGoodQueueIsVerified) { EXPECT_EQ(noticed(FaultyQueue::Fault::kNone), ""); }

TEST(FlowWorkersTest, ItemsOutOfOrderAreNoticedWhereOrderIsPromised) {
  EXPECT_EQ(noticed(FaultyQueue::Fault::kSwaps), "1 payload arrived wrong");
  EXPECT_EQ(noticed(FaultyQueue::Fault::kSwaps, /*in_order=*/false), "");
}

TEST(FlowWorkersTest, ATornItemIsNoticed) {
  EXPECT_EQ(noticed(FaultyQueue::Fault::kTears), "1 payload arrived wrong");
}

TEST(FlowWorkersTest, AnItemOfNoProducerIsNoticed) {
  EXPECT_EQ(noticed(FaultyQueue::Fault::kForeign), "1 payload arrived wrong");
}

TEST(FlowWorkersTest, AnItemInPlaceOfAnotherIsNoticed) {
  EXPECT_EQ(noticed(FaultyQueue::Fault::kRepeats, /*in_order=*/false), "not all arrived once");
}

TEST(FlowWorkersTest, AnOpenLoopPutsNoItemBeforeItIsDue) {
  TestLaunch launch({});
  auto& run = launch.run();
  run.tally(0);
  FaultyQueue queue(FaultyQueue::Fault::kNone);
  FlowCounters counters;
  const Flow flow{
      .producers = 1, .consumers = 1, .batch = 1, .arrival = {.per_s = 2'000}, .in_order = true};
  FlowWorkers<FaultyQueue, 64> workers(run, queue, counters, flow);
  const auto begin = monotonic_ns();
  run_workers(WorkerKind::kThreads,
              {[&] { run.measure(); }, [&] { workers.consume(0); }, [&] { workers.produce(0); }});
  const auto elapsed = monotonic_ns() - begin;
  EXPECT_LE(counters.put[0], static_cast<std::uint64_t>(elapsed / 500'000 + 1));
  EXPECT_TRUE(launch.has_latencies());
}

class WorkloadTest : public ::testing::TestWithParam<const char*> {};

TEST_P(WorkloadTest, AUnitOfItEnds) {
  std::mutex lock;
  const auto workload = make_workload(GetParam(), lock);
  for (int unit = 0; unit < 3; ++unit) workload();
  EXPECT_TRUE(lock.try_lock()) << "it has released the lock";
  lock.unlock();
}

INSTANTIATE_TEST_SUITE_P(All, WorkloadTest,
                         ::testing::Values("integer", "floating_point", "memory", "allocation",
                                           "lock"),
                         [](const auto& each) { return std::string(each.param); });

TEST(MakeWorkloadTest, AKindThatIsNotThereIsNamed) {
  std::mutex lock;
  EXPECT_EQ(message_of<std::invalid_argument>([&] { make_workload("knitting", lock); }),
            "no such work: knitting");
}

TEST(MakeWorkloadTest, TheLockIsTakenTenTimesAUnit) {
  struct CountingLock {
    void lock() { ++taken; }
    void unlock() { ++released; }
    int taken = 0, released = 0;
  } lock;
  make_workload("lock", lock)();
  EXPECT_EQ(lock.taken, 10);
  EXPECT_EQ(lock.released, 10);
}

}  // namespace
}  // namespace scenarios::testing
