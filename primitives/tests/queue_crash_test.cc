// Queue under kill -9: every instruction of put and get, with the peer idle, asleep and contending.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "primitives/queue.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/edge.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename T>
class QueueCrashTest : public Watchdog {
 protected:
  using Subject = Queue<T, Processes>;

  void SetUp() override { ::alarm(240); }

  // Takes all there is, then shows that the queue still works: the numbers found, in order.
  static std::string drain(Subject& queue) {
    std::string found;
    while (const auto next = queue.try_get()) found += " " + std::to_string(number_of(*next));
    queue.put(item<T>(7));
    if (number_of(queue.get()) != 7) return "broken";
    return "found" + found;
  }

  // Does what earns a lease on both turns (core/turn.h).
  static void settle(Subject& queue) {
    for (int i = 0; i < 200; ++i) {
      queue.put(item<T>(1));
      (void)queue.get();
    }
  }

  std::optional<Subject> queue_;
};

using Items = ::testing::Types<Pair, std::string>;
TYPED_TEST_SUITE(QueueCrashTest, Items);

TYPED_TEST(QueueCrashTest, APutKilledAtAnyInstructionHasHappenedOrHasNot) {
  auto& queue = this->queue_;
  expect_one_edge({.fresh =
                       [&] {
                         queue.emplace(4);
                         queue->put(item<TypeParam>(1));
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { queue->put(item<TypeParam>(2)); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found 1", "found 1 2");
}

TYPED_TEST(QueueCrashTest, AGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  auto& queue = this->queue_;
  expect_one_edge({.fresh =
                       [&] {
                         queue.emplace(4);
                         queue->put(item<TypeParam>(1));
                         queue->put(item<TypeParam>(2));
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)queue->get(); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found 1 2", "found 2");
}

// A batch that there is room for is one item to a death: all of it or nothing.
TYPED_TEST(QueueCrashTest, ABatchKilledAtAnyInstructionHasMovedWholeOrNotAtAll) {
  auto& queue = this->queue_;
  const std::vector<TypeParam> batch{item<TypeParam>(2), item<TypeParam>(3), item<TypeParam>(4)};
  expect_one_edge({.fresh =
                       [&] {
                         queue.emplace(4);
                         queue->put(item<TypeParam>(1));
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { queue->put_many(batch); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found 1", "found 1 2 3 4");
  expect_one_edge({.fresh =
                       [&] {
                         queue.emplace(4);
                         queue->put_many(batch);
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)queue->get_many(2); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found 2 3 4", "found 4");
}

// The first use in a process also makes it a participant.
TYPED_TEST(QueueCrashTest, AFirstPutKilledAtAnyInstructionHasHappenedOrHasNot) {
  auto& queue = this->queue_;
  expect_one_edge({.fresh = [&] { queue.emplace(4); },
                   .operation = [&] { queue->put(item<TypeParam>(2)); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found", "found 2");
}

TYPED_TEST(QueueCrashTest, AHolderOfTheLeaseMayBeKilledAtAnyInstruction) {
  auto& queue = this->queue_;
  expect_one_edge({.fresh = [&] { queue.emplace(4); },
                   .prepare = [&] { this->settle(*queue); },
                   .operation = [&] { queue->put(item<TypeParam>(2)); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found", "found 2");
  expect_one_edge({.fresh = [&] { queue.emplace(4); },
                   .prepare =
                       [&] {
                         this->settle(*queue);
                         queue->put(item<TypeParam>(3));
                       },
                   .operation = [&] { (void)queue->get(); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found 3", "found");
}

TYPED_TEST(QueueCrashTest, WhoEndsAnothersLeaseMayBeKilledAtAnyInstruction) {
  auto& queue = this->queue_;
  expect_one_edge({.fresh =
                       [&] {
                         queue.emplace(4);
                         this->settle(*queue);
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { queue->put(item<TypeParam>(2)); },
                   .survivor = [&] { return this->drain(*queue); }},
                  "found", "found 2");
}

// The ring a dead producer owed is lost: the sleeper finds the item at its next heartbeat.
TYPED_TEST(QueueCrashTest, AConsumerAsleepGetsWhatAKilledProducerPut) {
  auto& queue = this->queue_;
  Ledger<Processes> got(1);
  pid_t sleeper = 0;
  const Walk walk{.fresh =
                      [&] {
                        queue.emplace(4);
                        got[0] = 0;
                        sleeper = fork_child([&] { got[0] = number_of(queue->get()); });
                        await_sleep(sleeper);
                      },
                  .prepare = [] { (void)core::self<Processes>(); },
                  .operation = [&] { queue->put(item<TypeParam>(2)); },
                  .survivor =
                      [&] {
                        // Nobody rings for what is there: the sleeper's heartbeat must find it.
                        // Empty: nothing was put, or the sleeper has it and is about to say so.
                        const auto said_by = Clock::now() + std::chrono::milliseconds(50);
                        while (queue->empty() && got[0] == 0 && Clock::now() < said_by) {
                          std::this_thread::yield();
                        }
                        if (queue->empty() && got[0] == 0) queue->put(item<TypeParam>(3));
                        while (got[0] == 0) std::this_thread::yield();
                        return "sleeper " + std::to_string(got[0]) + ", " + this->drain(*queue);
                      },
                  .after =
                      [&] {
                        ::kill(sleeper, SIGKILL);
                        ::waitpid(sleeper, nullptr, 0);
                        return std::string();
                      }};
  const Findings found = kill_at_every_instruction(walk);
  std::cout << "    " << found << "\n";
  if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_TRUE(found.only({{"sleeper 3, found", 1}, {"sleeper 2, found", 1}})) << found;
  EXPECT_EQ(found.edges, 1);
}

// The producer asleep on a full queue is owed a ring by the consumer.
TYPED_TEST(QueueCrashTest, AProducerAsleepGetsTheRoomAKilledConsumerMade) {
  auto& queue = this->queue_;
  pid_t sleeper = 0;
  Ledger<Processes> done(1);
  const Walk walk{.fresh =
                      [&] {
                        queue.emplace(1);
                        done[0] = 0;
                        queue->put(item<TypeParam>(1));
                        sleeper = fork_child([&] {
                          queue->put(item<TypeParam>(2));
                          done[0] = 1;
                        });
                        await_sleep(sleeper);
                      },
                  .prepare = [] { (void)core::self<Processes>(); },
                  .operation = [&] { (void)queue->get(); },
                  .survivor =
                      [&] {
                        const long first = number_of(queue->get());
                        while (done[0] == 0) std::this_thread::yield();
                        return std::to_string(first) + ", " + this->drain(*queue);
                      },
                  .after =
                      [&] {
                        ::kill(sleeper, SIGKILL);
                        ::waitpid(sleeper, nullptr, 0);
                        return std::string();
                      }};
  const Findings found = kill_at_every_instruction(walk);
  std::cout << "    " << found << "\n";
  if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_TRUE(found.only({{"1, found 2", 1}, {"2, found", 1}})) << found;
  EXPECT_EQ(found.edges, 1);
}

// Another process puts and gets meanwhile, so the victim's path varies: what counts is that nobody
// hangs and every item is found once.
TYPED_TEST(QueueCrashTest, AVictimMayDieAtAnyInstructionInTheMiddleOfTraffic) {
  auto& queue = this->queue_;
  Ledger<Processes> traffic(2);  // the peer's rounds, and whether it should stop
  pid_t peer = 0;
  const Walk walk{.fresh =
                      [&] {
                        queue.emplace(8);
                        traffic[0] = traffic[1] = 0;
                        peer = fork_child([&] {
                          while (traffic[1] == 0) {
                            queue->put(item<TypeParam>(4));
                            if (number_of(queue->get()) < 0) traffic[1] = -1;
                            traffic[0]++;
                          }
                        });
                        while (traffic[0] < 100) std::this_thread::yield();
                      },
                  .prepare = [] { (void)core::self<Processes>(); },
                  .operation =
                      [&] {
                        queue->put(item<TypeParam>(2));
                        (void)queue->get();
                      },
                  .survivor = [&]() -> std::string {
                    const auto before = traffic[0].load();
                    while (traffic[0] < before + 10 && traffic[1] >= 0) std::this_thread::yield();
                    if (traffic[1] < 0) return "torn";
                    traffic[1] = 1;
                    return "traffic goes on";
                  },
                  .after = [&]() -> std::string {
                    traffic[1] = traffic[1] < 0 ? -1 : 1;
                    ::waitpid(peer, nullptr, 0);
                    // The peer takes as many as it puts, the victim at most one of each.
                    return queue->qsize() <= 1 || queue->qsize() > 8 ? "" : "items appeared";
                  }};
  const Findings found = kill_at_every_instruction(walk);
  std::cout << "    " << found << "\n";
  if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_TRUE(found.only({{"traffic goes on", 1}})) << found;
}

}  // namespace
}  // namespace gilfree::testing
