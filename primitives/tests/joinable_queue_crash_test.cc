// JoinableQueue under kill -9: at every instruction of a get its item is either still there or owed,
// and at every one of a task_done it is either owed or done.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "primitives/joinable_queue.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/edge.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

class JoinableQueueCrashTest : public Watchdog {
 protected:
  void SetUp() override { ::alarm(240); }

  // Deals with what is inside, and says what join told, which must not hang.
  std::string finish() {
    std::string found;
    while (const auto next = queue_->try_get()) {
      found += std::to_string(number_of(*next));
      queue_->task_done();
    }
    try {
      queue_->join();
      found += ", all done";
    } catch (const WorkerLost&) {
      found += ", lost";
    }
    queue_->join();
    try {
      queue_->task_done();
      return "task_done too many";
    } catch (const std::logic_error&) {
      return "found " + found;
    }
  }

  std::optional<JoinableQueue<Pair>> queue_;
};

TEST_F(JoinableQueueCrashTest, AGetKilledAtAnyInstructionLeavesTheItemThereOrOwed) {
  expect_one_edge({.fresh =
                       [&] {
                         queue_.emplace(4);
                         queue_->put(item<Pair>(1));
                         queue_->put(item<Pair>(2));
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)queue_->get(); },
                   .survivor = [&] { return finish(); }},
                  "found 12, all done", "found 2, lost");
}

TEST_F(JoinableQueueCrashTest, ABatchKilledAtAnyInstructionIsThereOrOwedAsAWhole) {
  expect_one_edge({.fresh =
                       [&] {
                         queue_.emplace(4);
                         for (int i : {1, 2, 3}) queue_->put(item<Pair>(i));
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)queue_->get_many(2); },
                   .survivor = [&] { return finish(); }},
                  "found 123, all done", "found 3, lost");
}

TEST_F(JoinableQueueCrashTest, ATaskDoneKilledAtAnyInstructionLeavesTheItemOwedOrDone) {
  expect_one_edge({.fresh =
                       [&] {
                         queue_.emplace(4);
                         queue_->put(item<Pair>(1));
                       },
                   .prepare = [&] { (void)queue_->get(); },
                   .operation = [&] { queue_->task_done(); },
                   .survivor = [&] { return finish(); }},
                  "found , lost", "found , all done");
}

// The ring that the dead worker owed, and its debt, are both found by the sleeper itself.
TEST_F(JoinableQueueCrashTest, WhoSleepsInJoinIsToldWhereverTheWorkerIsKilled) {
  Ledger<Processes> told(1);
  pid_t sleeper = 0;
  const Walk walk{.fresh =
                      [&] {
                        queue_.emplace(4);
                        queue_->put(item<Pair>(1));
                        told[0] = 0;
                        sleeper = fork_child([&] {
                          try {
                            queue_->join();
                            told[0] = 1;
                          } catch (const WorkerLost&) {
                            told[0] = 2;
                          }
                        });
                        await_sleep(sleeper);
                      },
                  .prepare = [&] { (void)queue_->get(); },
                  .operation = [&] { queue_->task_done(); },
                  .survivor =
                      [&] {
                        while (told[0] == 0) std::this_thread::yield();
                        return std::string(told[0] == 1 ? "all done" : "lost");
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
  EXPECT_EQ(found.hangs, 0);
  EXPECT_EQ(found.edges, 1);
  EXPECT_TRUE(found.only({{"all done", 1}, {"lost", 1}})) << found;
}

}  // namespace
}  // namespace gilfree::testing
