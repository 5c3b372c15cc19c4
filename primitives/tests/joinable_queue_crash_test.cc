// JoinableQueue under kill -9: at every instruction of a get its item is either still there or owed,
// and at every one of a task_done it is either owed or done.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gilfree/joinable_queue.h"
#include "primitives/tests/support/crash_item.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename T>
class JoinableQueueCrashTest : public CrashTest {
 protected:
  void make(const std::vector<long>& numbers) {
    queue_.emplace(4);
    for (const long number : numbers) queue_->put(item<T>(number));
  }
  // What a join says.
  std::string join() {
    try {
      queue_->join();
      return "all done";
    } catch (const WorkerLost&) {
      return "lost";
    }
  }
  // The number of tasks that a join says are lost.
  std::string lost() {
    try {
      queue_->join();
      return "0";
    } catch (const WorkerLost& loss) {
      const std::string text = loss.what();
      const auto number = text.rfind(": ") + 2;
      return text.substr(number, text.find(';') - number);
    }
  }
  // Deals with what is inside, and returns what join reported, which must not hang.
  std::string finish() {
    std::string found;
    while (const auto next = queue_->try_get()) {
      found += std::to_string(number_of(*next));
      queue_->task_done();
    }
    found += ", " + join();
    queue_->join();
    try {
      queue_->task_done();
      return "task_done too many";
    } catch (const std::logic_error&) {
      return "found " + found;
    }
  }
  // A walk with no other process, over a queue with these inside.
  Walk alone(const std::vector<long>& numbers, std::function<void()> operation) {
    return {.fresh = [this, numbers] { make(numbers); },
            .prepare = attach,
            .operation = std::move(operation),
            .survivor = [this] { return finish(); }};
  }

  std::optional<JoinableQueue<T>> queue_;
  Ledger<Processes> notified_{1};
};

TYPED_TEST_SUITE(JoinableQueueCrashTest, CrashItems);

TYPED_TEST(JoinableQueueCrashTest, APutKilledAtAnyInstructionIsThereAndUnfinishedOrNeither) {
  this->expect_one_edge(this->alone({1}, [this] { this->queue_->put(item<TypeParam>(2)); }),
                        "found 1, all done", "found 12, all done");
}

TYPED_TEST(JoinableQueueCrashTest, AGetKilledAtAnyInstructionLeavesTheItemThereOrOwed) {
  this->expect_one_edge(this->alone({1, 2}, [this] { (void)this->queue_->get(); }),
                        "found 12, all done", "found 2, lost");
}

TYPED_TEST(JoinableQueueCrashTest, ABatchKilledAtAnyInstructionIsThereOrOwedAsAWhole) {
  this->expect_one_edge(this->alone({1, 2, 3}, [this] { (void)this->queue_->get_many(2); }),
                        "found 123, all done", "found 3, lost");
}

TYPED_TEST(JoinableQueueCrashTest, ATaskDoneKilledAtAnyInstructionLeavesTheItemOwedOrDone) {
  Walk walk = this->alone({1}, [this] { this->queue_->task_done(); });
  walk.prepare = [this] { (void)this->queue_->get(); };
  this->expect_one_edge(walk, "found , lost", "found , all done");
}

// Both are of one process, so of one entry: the intent holds what is owed with the new task.
TYPED_TEST(JoinableQueueCrashTest, ASecondGetKilledAtAnyInstructionAddsItsTaskToTheFirstOrNot) {
  Walk walk = this->alone({1, 2}, [this] { (void)this->queue_->get(); });
  walk.prepare = [this] { (void)this->queue_->get(); };
  walk.survivor = [this] {
    const auto left = this->queue_->qsize();
    while (this->queue_->try_get()) this->queue_->task_done();
    return std::to_string(left) + " left, " + this->lost() + " lost";
  };
  this->expect_one_edge(walk, "1 left, 1 lost", "0 left, 2 lost");
}

// An early task_done() pays for one of two items; the other is unfinished whether it was taken or not.
TYPED_TEST(JoinableQueueCrashTest,
           AGetOfAnItemThatIsDoneLeavesTheOtherUnfinishedAtEachInstruction) {
  Walk walk = this->alone({}, [this] { (void)this->queue_->get(); });
  walk.fresh = [this] {
    this->make({1, 2});
    this->queue_->task_done();
  };
  walk.survivor = [this] {
    if (this->queue_->join_for(std::chrono::nanoseconds(0))) return std::string("joined early");
    const auto left = this->queue_->qsize();
    this->queue_->task_done();
    return std::to_string(left) + " left, then " + this->join();
  };
  this->expect_one_edge(walk, "2 left, then all done", "1 left, then all done");
}

TYPED_TEST(JoinableQueueCrashTest, AJoinKilledOnItsWayToSleepReportsNothingItDidNotTake) {
  Walk walk = this->alone({1}, [this] { this->queue_->join(); });
  walk.ends_asleep = true;
  walk.most_rounds = 1;
  this->expect_only(walk, {{"found 1, all done", 1}});
}

// The dead worker's missing notification and its unfinished task are both found by the sleeper itself.
TYPED_TEST(JoinableQueueCrashTest, ASleeperInJoinReturnsWhereverTheWorkerIsKilled) {
  auto& reported = this->notified_[0];
  this->expect_one_edge(
      {.fresh =
           [&] {
             this->make({1});
             reported = 0;
             this->peers_.start_asleep([&] { reported = this->join() == "all done" ? 1 : 2; });
           },
       .prepare = [this] { (void)this->queue_->get(); },
       .operation = [this] { this->queue_->task_done(); },
       .survivor =
           [&] {
             await(reported);
             return std::string(reported == 1 ? "all done" : "lost");
           },
       .after = [this] { return this->peers_.end(); }},
      "lost", "all done");
}

}  // namespace
}  // namespace gilfree::testing
