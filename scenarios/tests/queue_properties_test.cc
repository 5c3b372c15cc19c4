// What every queue of producer_consumer promises: it holds no more than its capacity, a get waits for a put, and what
// was put arrives once and intact, one by one and in batches, also through a queue of one item.
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scenarios/producer_consumer.h"
#include "scenarios/tests/payloads.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Item = Message<64>;

// Shared by the workers: how many puts have returned, and how often each item was received.
struct Flowed {
  std::atomic<std::int64_t> put{0}, taken{0};
  std::array<std::atomic<int>, 4096> times{};

  void receive(const Item& item) {
    require(is_intact(item), "the item arrives as it was put");
    ++times.at(word_of(item));
  }
  // Each of `count` items arrived once, and no other.
  void expect_each_once(std::size_t count) const {
    for (std::size_t number = 0; number < times.size(); ++number) {
      ASSERT_EQ(times[number], number < count ? 1 : 0) << "item " << number;
    }
  }
};

class QueuePropertyTest : public ContenderTest<QueueContender> {
 protected:
  using Shared = SharedObject<Flowed, WorkerKind::kProcesses>;

  int most_workers() const { return contender().traits.one_to_one ? 1 : 3; }

  void run(const std::vector<std::function<void()>>& bodies) {
    ASSERT_NO_THROW(run_workers(contender().workers, bodies));
  }

  // Sends `each` items through the queue from each of `workers` producers to as many consumers.
  void expect_flow(AnyQueue& queue, int workers, std::uint64_t each) {
    Shared flowed;
    std::vector<std::function<void()>> bodies;
    for (int me = 0; me < workers; ++me) {
      bodies.push_back([&] {
        Item item{};
        for (std::uint64_t i = 0; i < each; ++i) queue.get(item), flowed->receive(item);
      });
      bodies.push_back([&, me] {
        for (std::uint64_t i = 0; i < each; ++i) {
          queue.put(message_of_number<64>(static_cast<std::uint64_t>(me) * each + i));
        }
      });
    }
    run(bodies);
    flowed->expect_each_once(static_cast<std::size_t>(workers) * each);
  }

  void expect_bound(std::int64_t capacity) {
    const auto queue = contender().make(static_cast<std::size_t>(capacity));
    constexpr std::int64_t kItems = 150;
    Shared flowed;
    const auto produce = [&] {
      for (std::int64_t i = 0; i < kItems; ++i) {
        queue->put(message_of_number<64>(static_cast<std::uint64_t>(i)));
        ++flowed->put;
      }
    };
    const auto consume = [&] {
      while (flowed->put < capacity) ::sched_yield();  // it can be filled without a consumer
      Item item{};
      for (std::int64_t taken = 0; taken < kItems; ++taken) {
        for (int i = 0; i < 5; ++i) ::sched_yield();  // the producer could run too far
        require(flowed->put <= taken + capacity,
                "at most " + std::to_string(capacity) + " items are in the queue");
        queue->get(item);
        flowed->receive(item);
      }
    };
    run({consume, produce});
    flowed->expect_each_once(kItems);
  }
};

TEST_P(QueuePropertyTest, ItNeverHoldsMoreThanItsCapacity) {
  if (contender().family == "moodycamel") GTEST_SKIP() << "it bounds what it allocates";
  unless_skipped([&] {
    for (const int capacity : {1, 2, 7}) expect_bound(capacity);
  });
}

TEST_P(QueuePropertyTest, AGetWaitsForThePutOfItsItem) {
  unless_skipped([&] {
    const auto there = contender().make(1), back = contender().make(1);
    SharedObject<std::atomic<std::uint64_t>, WorkerKind::kProcesses> asked{0}, answered{0};
    constexpr std::uint64_t kRounds = 300;
    const auto client = [&] {
      Item answer{};
      for (std::uint64_t round = 1; round <= kRounds; ++round) {
        *asked = round;
        there->put(message_of_number<64>(round));
        back->get(answer);
        require(*answered == round && word_of(answer) == round,
                "the answer comes after its question");
      }
    };
    const auto server = [&] {
      Item question{};
      for (std::uint64_t round = 1; round <= kRounds; ++round) {
        there->get(question);
        require(*asked == round && word_of(question) == round,
                "a question comes after it was asked");
        *answered = round;
        back->put(question);
      }
    };
    run({server, client});
  });
}

TEST_P(QueuePropertyTest, ManyWorkersPassEachItemOnceThroughAQueueOfOne) {
  unless_skipped([&] {
    const auto queue = contender().make(1);
    expect_flow(*queue, most_workers(), 200);
  });
}

TEST_P(QueuePropertyTest, ManyWorkersPassEachItemOnceThroughAQueueOfAnOddCapacity) {
  unless_skipped([&] {
    const auto queue = contender().make(5);
    expect_flow(*queue, most_workers(), 600);
  });
}

TEST_P(QueuePropertyTest, EveryByteArrivesThroughAQueueOfTheUsualCapacity) {
  unless_skipped([&] {
    const auto queue = contender().make(1024);
    expect_flow(*queue, most_workers(), 1300);
  });
}

TEST_P(QueuePropertyTest, WhatIsPutBeforeTheConsumersExistWaitsForThem) {
  unless_skipped([&] {
    const auto queue = contender().make(1024);
    Shared flowed;
    constexpr std::uint64_t kItems = 8;  // as many as a queue of the kernel holds
    run({[&] {
      for (std::uint64_t i = 0; i < kItems; ++i) queue->put(message_of_number<64>(i));
    }});
    run({[&] {
      Item item{};
      for (std::uint64_t i = 0; i < kItems; ++i) queue->get(item), flowed->receive(item);
    }});
    flowed->expect_each_once(kItems);
  });
}

TEST_P(QueuePropertyTest, TwoQueuesDoNotMix) {
  unless_skipped([&] {
    const auto one = contender().make(1024), other = contender().make(1024);
    const auto pass = [&](AnyQueue& queue, std::uint64_t first) {
      return [&queue, first] {
        Item item{};
        for (std::uint64_t i = 0; i < 8; ++i) {
          queue.put(message_of_number<64>(first + i));
          queue.get(item);
          require(word_of(item) == first + i, "an item of this queue");
        }
      };
    };
    run({pass(*one, 100), pass(*other, 200)});
  });
}

// Batches.
class QueueBatchTest : public QueuePropertyTest {
 protected:
  static std::vector<Item> batch_of(std::uint64_t first, std::size_t count) {
    std::vector<Item> batch;
    for (std::size_t i = 0; i < count; ++i) batch.push_back(message_of_number<64>(first + i));
    return batch;
  }
  // Takes `count` items in batches of at most `most`.
  static void take(AnyQueue& queue, Flowed& flowed, std::size_t count, std::size_t most) {
    std::vector<Item> batch;
    for (std::size_t taken = 0; taken < count; taken += batch.size()) {
      queue.get_many(batch, std::min(most, count - taken));
      require(!batch.empty() && batch.size() <= most, "a batch has from 1 item to those asked for");
      for (const auto& item : batch) flowed.receive(item);
    }
  }
};

TEST_P(QueueBatchTest, ABatchThatIsLargerThanTheQueueArrivesWhole) {
  unless_skipped([&] {
    for (const std::size_t capacity : {1u, 3u, 8u}) {
      const auto queue = contender().make(capacity);
      Shared flowed;
      run({[&] { take(*queue, *flowed, 200, 20); },
           [&] {
             for (std::uint64_t first = 0; first < 200; first += 50)
               queue->put_many(batch_of(first, 50));
           }});
      flowed->expect_each_once(200);
    }
  });
}

TEST_P(QueueBatchTest, BatchesOfManyProducersReachManyConsumersOnce) {
  unless_skipped([&] {
    const auto queue = contender().make(16);
    const int workers = most_workers();
    constexpr std::size_t kEach = 480;
    Shared flowed;
    std::vector<std::function<void()>> bodies;
    for (int me = 0; me < workers; ++me) {
      bodies.push_back([&] { take(*queue, *flowed, kEach, 7); });
      bodies.push_back([&, me] {
        const auto first = static_cast<std::uint64_t>(me) * kEach;
        for (std::uint64_t at = 0; at < kEach; at += 24) queue->put_many(batch_of(first + at, 24));
      });
    }
    run(bodies);
    flowed->expect_each_once(static_cast<std::size_t>(workers) * kEach);
  });
}

TEST_P(QueueBatchTest, SingleItemsAndBatchesMix) {
  unless_skipped([&] {
    const auto queue = contender().make(8);
    Shared flowed;
    run({[&] {
           Item item{};
           for (int round = 0; round < 40; ++round) {
             queue->get(item), flowed->receive(item);
             take(*queue, *flowed, 5, 3);
           }
         },
         [&] {
           for (std::uint64_t round = 0; round < 40; ++round) {
             queue->put_many(batch_of(6 * round, 5));
             queue->put(message_of_number<64>(6 * round + 5));
           }
         }});
    flowed->expect_each_once(240);
  });
}

TEST_P(QueueBatchTest, AnEmptyBatchPutsNothing) {
  unless_skipped([&] {
    const auto queue = contender().make(8);
    queue->put_many({});
    queue->put(message_of_number<64>(3));
    std::vector<Item> batch = batch_of(50, 4);  // what it held before is gone
    queue->get_many(batch, 8);
    ASSERT_EQ(batch.size(), 1u);
    EXPECT_EQ(word_of(batch[0]), 3u);
  });
}

std::vector<Named<QueueContender>> with_batches() {
  auto all = native<QueueContender>();
  std::erase_if(all, [](const auto& each) { return !each->traits.batches; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, QueuePropertyTest, ::testing::ValuesIn(native<QueueContender>()),
                         NameOf());
INSTANTIATE_TEST_SUITE_P(All, QueueBatchTest, ::testing::ValuesIn(with_batches()), NameOf());

}  // namespace
}  // namespace scenarios::testing
