// Queue under kill -9: every instruction of put and get, with the peer idle, asleep and contending.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gilfree/queue.h"
#include "primitives/tests/support/crash_item.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename T>
class QueueCrashTest : public CrashTest {
 protected:
  using Subject = Queue<T, Processes>;

  // A queue with these inside.
  void make(std::size_t capacity, const std::vector<long>& numbers) {
    queue_.emplace(capacity);
    for (const long number : numbers) queue_->put(item<T>(number));
  }
  // Takes all there is, then shows that the queue still works: the numbers found, in order.
  std::string drain() {
    std::string found;
    while (const auto next = queue_->try_get()) found += " " + std::to_string(number_of(*next));
    queue_->put(item<T>(7));
    if (number_of(queue_->get()) != 7) return "broken";
    return "found" + found;
  }
  // Does what biases both locks to it (detail/lock/biased_mutex.h). Of a queue of four, the last put of four rounds has
  // found the room that was last seen used up.
  void settle(int rounds = 200) {
    for (int i = 0; i < rounds; ++i) {
      queue_->put(item<T>(1));
      (void)queue_->get();
    }
  }
  void put(long number) { queue_->put(item<T>(number)); }

  // A walk with no other process, over a queue with these inside.
  Walk alone(const std::vector<long>& numbers, std::function<void()> operation) {
    return {.fresh = [this, numbers] { make(4, numbers); },
            .prepare = attach,
            .operation = std::move(operation),
            .survivor = [this] { return drain(); }};
  }

  std::optional<Subject> queue_;
  Ledger<Processes> notified_{2};
};

TYPED_TEST_SUITE(QueueCrashTest, CrashItems);

TYPED_TEST(QueueCrashTest, APutKilledAtAnyInstructionHasHappenedOrHasNot) {
  this->expect_one_edge(this->alone({1}, [this] { this->put(2); }), "found 1", "found 1 2");
}

TYPED_TEST(QueueCrashTest, AGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  this->expect_one_edge(this->alone({1, 2}, [this] { (void)this->queue_->get(); }), "found 1 2",
                        "found 2");
}

// A batch that there is room for is one item to a death: all of it or nothing.
TYPED_TEST(QueueCrashTest, ABatchKilledAtAnyInstructionHasMovedWholeOrNotAtAll) {
  const std::vector<TypeParam> batch{item<TypeParam>(2), item<TypeParam>(3), item<TypeParam>(4)};
  this->expect_one_edge(this->alone({1}, [&] { this->queue_->put_many(batch); }), "found 1",
                        "found 1 2 3 4");
  this->expect_one_edge(this->alone({2, 3, 4}, [&] { (void)this->queue_->get_many(2); }),
                        "found 2 3 4", "found 4");
}

// The first use in a process also makes it a participant.
TYPED_TEST(QueueCrashTest, AFirstPutOrGetKilledAtAnyInstructionHasHappenedOrHasNot) {
  Walk put = this->alone({}, [this] { this->put(2); });
  Walk get = this->alone({1}, [this] { (void)this->queue_->get(); });
  put.prepare = get.prepare = [] {};
  this->expect_one_edge(put, "found", "found 2");
  this->expect_one_edge(get, "found 1", "found");
}

TYPED_TEST(QueueCrashTest, KilledOnItsWayToSleepItTakesAndLeavesNothing) {
  Walk get = this->alone({}, [this] { (void)this->queue_->get(); });
  Walk put = this->alone({1, 2, 3, 4}, [this] { this->put(5); });
  for (Walk* walk : {&get, &put}) {
    walk->ends_asleep = true;
    walk->most_rounds = 1;
  }
  this->expect_only(get, {{"found", 1}});
  this->expect_only(put, {{"found 1 2 3 4", 1}});
}

TYPED_TEST(QueueCrashTest, ABiasOwnerMayBeKilledAtAnyInstruction) {
  Walk put = this->alone({}, [this] { this->put(2); });
  put.prepare = [this] { this->settle(); };
  const Findings long_way = this->expect_one_edge(put, "found", "found 2");
  put.prepare = [this] { this->settle(201); };
  const Findings short_way = this->expect_one_edge(put, "found", "found 2");
  if (can_walk() && std::is_same_v<TypeParam, Pair>) {
    EXPECT_LT(short_way.instructions, long_way.instructions)
        << "it was to know of room (detail/queue/fifo_queue.h)";
  }
  Walk get = this->alone({}, [this] { (void)this->queue_->get(); });
  get.prepare = [this] {
    this->settle();
    this->put(3);
  };
  this->expect_one_edge(get, "found 3", "found");
}

TYPED_TEST(QueueCrashTest, ARevokerMayBeKilledAtAnyInstruction) {
  Walk walk = this->alone({}, [this] { this->put(2); });
  walk.fresh = [this] {
    this->make(4, {});
    this->settle();
  };
  this->expect_one_edge(walk, "found", "found 2");
}

// The notification of a dead producer is lost: the sleeper finds the item at its next heartbeat.
TYPED_TEST(QueueCrashTest, AConsumerAsleepGetsWhatAKilledProducerPut) {
  auto& got = this->notified_[0];
  this->expect_one_edge(
      {.fresh =
           [&] {
             this->make(4, {});
             got = 0;
             this->peers_.start_asleep([&] { got = number_of(this->queue_->get()); });
           },
       .prepare = this->attach,
       .operation = [this] { this->put(2); },
       .survivor =
           [&] {
             // No notification comes for what is there: the sleeper's heartbeat must find it. Empty: nothing
             // was put, or the sleeper has it and is about to say so.
             const auto said_by = Clock::now() + std::chrono::milliseconds(50);
             while (this->queue_->empty() && got == 0 && Clock::now() < said_by) ::usleep(50);
             if (this->queue_->empty() && got == 0) this->put(3);
             await(got);
             return "sleeper " + std::to_string(got) + ", " + this->drain();
           },
       .after = [this] { return this->peers_.end(); }},
      "sleeper 3, found", "sleeper 2, found");
}

// The producer asleep on a full queue waits for a notification by the consumer.
TYPED_TEST(QueueCrashTest, AProducerAsleepGetsTheRoomAKilledConsumerMade) {
  auto& done = this->notified_[0];
  this->expect_one_edge({.fresh =
                             [&] {
                               this->make(1, {1});
                               done = 0;
                               this->peers_.start_asleep([&] {
                                 this->put(2);
                                 done = 1;
                               });
                             },
                         .prepare = this->attach,
                         .operation = [this] { (void)this->queue_->get(); },
                         .survivor =
                             [&] {
                               const long first = number_of(this->queue_->get());
                               await(done);
                               return std::to_string(first) + ", " + this->drain();
                             },
                         .after = [this] { return this->peers_.end(); }},
                        "1, found 2", "2, found");
}

// Another process puts and gets meanwhile, so the victim's path varies: what counts is that no process
// hangs and every item is found once.
TYPED_TEST(QueueCrashTest, AVictimMayDieAtAnyInstructionInTheMiddleOfTraffic) {
  auto &rounds = this->notified_[0], &stop = this->notified_[1];  // stop: 1 if asked to, -1 if torn
  pid_t peer = 0;
  this->expect_only(
      {.fresh =
           [&] {
             this->make(8, {});
             rounds = stop = 0;
             peer = fork_child([&] {
               for (; stop == 0; rounds++) {
                 this->put(4);
                 if (number_of(this->queue_->get()) < 0) stop = -1;
               }
             });
             while (rounds < 100) std::this_thread::yield();
           },
       .prepare = this->attach,
       .operation =
           [&] {
             this->put(2);
             (void)this->queue_->get();
           },
       .contended = true,
       .most_points = 250,
       .least_points = 250,  // some of a path is only there if the other is in its way
       .survivor = [&]() -> std::string {
         const auto before = rounds.load();
         while (rounds < before + 10 && stop >= 0) std::this_thread::yield();
         if (stop < 0) return "torn";
         stop = 1;
         return "traffic goes on";
       },
       .after = [&]() -> std::string {
         stop = stop < 0 ? -1 : 1;
         ::waitpid(peer, nullptr, 0);
         // The peer takes as many as it puts, the victim at most one of each.
         return this->queue_->qsize() <= 1 ? "" : "items appeared";
       }},
      {{"traffic goes on", 1}});
}

}  // namespace
}  // namespace gilfree::testing
