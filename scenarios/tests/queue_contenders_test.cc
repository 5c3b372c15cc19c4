// Every queue of producer_consumer: each item arrives once and whole, in order where that is promised.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <vector>

#include "scenarios/producer_consumer.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Item = Message<64>;

constexpr std::size_t kCapacity = 1024;  // what channels used as queues hold

Item item(std::uint64_t word) {
  Item made{};
  ItemWords<64>::write(made, word);
  return made;
}

// Shared by the workers: how often each word was received.
struct Received {
  std::array<std::atomic<int>, 4096> times{};
};

class QueueTest : public ContenderTest<QueueContender> {
 protected:
  int most_workers() const { return contender().traits.one_to_one ? 1 : 3; }

  TestLaunch launch(int producers, int consumers, std::int64_t batch, std::int64_t bytes) {
    return TestLaunch(
        {{"contender", contender().name},
         {"scope",
          std::string(contender().workers == WorkerKind::kThreads ? "threads" : "processes")},
         {"producers", producers},
         {"consumers", consumers},
         {"msg_bytes", bytes},
         {"queue_depth", static_cast<std::int64_t>(kCapacity)},
         {"batch", batch},
         {"rate", 0}});
  }

  void expect_flow(int producers, int consumers, std::size_t batch, std::int64_t bytes = 64,
                   std::int64_t interval_ns = 0) {
    unless_skipped([&] {
      auto measured = launch(producers, consumers, static_cast<std::int64_t>(batch), bytes);
      for (int me = 0; me < consumers; ++me) measured.run().tally(me);
      const Flow flow{
          .producers = producers,
          .consumers = consumers,
          .batch = batch,
          .arrival = {.per_s =
                          interval_ns > 0 ? 1e9 * producers / static_cast<double>(interval_ns) : 0},
          .in_order = contender().traits.in_order};
      const std::vector<int> anywhere(static_cast<std::size_t>(producers + consumers), -1);
      contender().measure(measured.run(), flow, anywhere);
      measured.expect_measured();
      EXPECT_EQ(measured.has_latencies(), interval_ns > 0);
    });
  }
};

TEST_P(QueueTest, EveryItemOfEveryProducerArrivesOnce) {
  unless_skipped([&] {
    constexpr std::uint64_t kEach = 1200;
    const int workers = most_workers();
    const auto queue = contender().make(kCapacity);
    SharedObject<Received, WorkerKind::kProcesses> received;
    std::vector<std::function<void()>> bodies;
    for (int me = 0; me < workers; ++me) {
      bodies.push_back([&] {
        Item taken{};
        for (std::uint64_t count = 0; count < kEach; ++count) {
          queue->get(taken);
          require(ItemWords<64>::is_whole(taken), "the item is whole");
          ++received->times.at(word_of(taken));
        }
      });
      bodies.push_back([&, me] {
        for (std::uint64_t count = 0; count < kEach; ++count) {
          queue->put(item(static_cast<std::uint64_t>(me) * kEach + count));
        }
      });
    }
    ASSERT_NO_THROW(run_workers(contender().workers, bodies));
    for (std::uint64_t word = 0; word < kEach * static_cast<std::uint64_t>(workers); ++word) {
      ASSERT_EQ(received->times[word], 1) << "item " << word;
    }
  });
}

TEST_P(QueueTest, OneProducersItemsArriveInOrderWhereThatIsPromised) {
  if (!contender().traits.in_order) GTEST_SKIP() << "it does not promise that";
  unless_skipped([&] {
    const auto queue = contender().make(kCapacity);
    const auto consume = [&] {
      Item taken{};
      for (std::uint64_t expected = 0; expected < 3000; ++expected) {
        queue->get(taken);
        require(word_of(taken) == expected, "item " + std::to_string(expected) + " is next");
      }
    };
    const auto produce = [&] {
      for (std::uint64_t word = 0; word < 3000; ++word) queue->put(item(word));
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {consume, produce}));
  });
}

TEST_P(QueueTest, BatchesArriveWholeWhereItHasThem) {
  if (!contender().traits.batches) GTEST_SKIP() << "it has none";
  unless_skipped([&] {
    const auto queue = contender().make(kCapacity);
    const auto produce = [&] {
      std::vector<Item> batch;
      for (std::uint64_t word = 0; word < 640; ++word) {
        batch.push_back(item(word));
        if (batch.size() == 64) queue->put_many(batch), batch.clear();
      }
    };
    const auto consume = [&] {
      std::vector<Item> batch;
      std::vector<bool> seen(640);
      for (std::size_t taken = 0; taken < 640; taken += batch.size()) {
        queue->get_many(batch, 64);
        require(!batch.empty() && batch.size() <= 64, "a batch has from 1 to 64 items");
        for (const auto& each : batch) {
          require(!seen.at(word_of(each)), "an item arrives once");
          seen[word_of(each)] = true;
        }
      }
    };
    EXPECT_NO_THROW(run_workers(contender().workers, {consume, produce}));
  });
}

TEST_P(QueueTest, AsManyItemsAsItHoldsCanBePutBeforeAnyIsTaken) {
  // A pipe or a socket holds as many as the kernel likes, and a kernel's queue ten.
  if (contender().family != "gilfree" && contender().workers == WorkerKind::kProcesses) {
    GTEST_SKIP() << "the kernel chooses its size";
  }
  unless_skipped([&] {
    const auto queue = contender().make(kCapacity);
    for (std::uint64_t word = 0; word < kCapacity; ++word) queue->put(item(word));
    Item taken{};
    std::uint64_t sum = 0;
    for (std::uint64_t count = 0; count < kCapacity; ++count) {
      queue->get(taken);
      sum += word_of(taken);
    }
    EXPECT_EQ(sum, kCapacity * (kCapacity - 1) / 2);
  });
}

TEST_P(QueueTest, AFlowIsMeasured) { expect_flow(1, 1, 1); }

TEST_P(QueueTest, AFlowOfSmallItemsIsMeasured) { expect_flow(1, 1, 1, 8); }

TEST_P(QueueTest, AFlowOfLargeItemsIsMeasured) { expect_flow(1, 1, 1, 1024); }

TEST_P(QueueTest, AFlowBetweenManyIsMeasured) {
  if (contender().traits.one_to_one) GTEST_SKIP() << "it is for one and one";
  expect_flow(2, 3, 1);
}

TEST_P(QueueTest, AFlowOfBatchesIsMeasured) {
  if (!contender().traits.batches) GTEST_SKIP() << "it has none";
  expect_flow(1, 1, 64);
}

TEST_P(QueueTest, AnOpenLoopIsMeasuredWithLatencies) { expect_flow(1, 1, 1, 64, 200'000); }

TEST_P(QueueTest, ASizeThatIsNotCompiledInIsSkippedWithAReason) {
  auto measured = launch(1, 1, 1, 100);
  const Flow flow{.producers = 1, .consumers = 1, .batch = 1, .arrival = {}, .in_order = true};
  const auto reason = message_of<harness::Skipped>([&] {
    contender().measure(measured.run(), flow, {-1, -1});
  });
  EXPECT_TRUE(reason == "compiled for items of 8, 64 and 1024 bytes" ||
              reason.starts_with("built without "))
      << reason;
}

INSTANTIATE_TEST_SUITE_P(All, QueueTest, ::testing::ValuesIn(native<QueueContender>()), NameOf());

TEST(ChannelAsQueueTest, ACapacityThatIsNotItsOwnIsSkippedWithAReason) {
  const auto* contender = Roster<QueueContender>::find("pipe2", WorkerKind::kProcesses);
  ASSERT_NE(contender, nullptr);
  EXPECT_EQ(message_of<harness::Skipped>([&] { contender->make(7); }),
            "here it holds 1024 messages, or as many as the kernel chooses");
}

}  // namespace
}  // namespace scenarios::testing
