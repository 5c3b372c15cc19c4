// What a JoinableQueue does with the tasks of processes that are gone: join() reports them as lost, once, and no
// others. A process that lives loses nothing, whatever becomes of its threads.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>

#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/joinable_queue.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class LostWorkerTest : public Watchdog {
 protected:
  // A worker that has taken `items` and lives on.
  pid_t take(int items) {
    const auto before = queue_.qsize();
    const pid_t worker = fork_child([&] {
      for (int i = 0; i < items; ++i) (void)queue_.get();
      ::pause();
    });
    while (queue_.qsize() > before - items) std::this_thread::yield();
    return worker;
  }
  static void kill(pid_t worker) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
  }
  bool join_reports_a_loss() {
    try {
      queue_.join();
      return false;
    } catch (const WorkerLost&) {
      return true;
    }
  }

  JoinableQueue<int, Processes> queue_{8};
};

TEST_F(LostWorkerTest, WhatADeadWorkerOwesIsReportedOnceAllElseIsDone) {
  for (int i = 0; i < 3; ++i) queue_.put(i);
  kill(take(2));
  EXPECT_FALSE(queue_.join_for(1ms)) << "one is still there";
  (void)queue_.get();
  EXPECT_FALSE(queue_.join_for(1ms)) << "and not done";
  queue_.task_done();
  EXPECT_TRUE(join_reports_a_loss());
  EXPECT_FALSE(join_reports_a_loss()) << "reported twice";
  queue_.put(4);
  EXPECT_EQ(queue_.get(), 4);
  queue_.task_done();
  queue_.join();
}

TEST_F(LostWorkerTest, ASleeperInJoinIsWokenByTheDeath) {
  queue_.put(1);
  const pid_t worker = take(1);
  Ledger<Processes> reported(2);
  pid_t joiners[2];
  for (int i : {0, 1}) {
    joiners[i] = fork_child([&, i] { reported[i] = join_reports_a_loss() ? 1 : -1; });
  }
  for (const pid_t joiner : joiners) await_sleep(joiner);
  kill(worker);
  for (const pid_t joiner : joiners) ::waitpid(joiner, nullptr, 0);
  EXPECT_EQ(reported[0], 1);
  EXPECT_EQ(reported[1], 1);
}

constexpr int kMostWorkers = 1024;  // that can have unfinished tasks at a time

// A worker's threads may all have ended: its tasks are lost only when the process is gone, and then they are.
TEST_F(LostWorkerTest, ATaskIsLostWithItsProcessAndNotWithItsThread) {
  queue_.put(1);
  Ledger<Processes> has_ended(1);
  const pid_t worker = fork_child([&] {
    std::thread([&] { (void)queue_.get(); }).join();
    has_ended[0] = 1;
    ::pause();
  });
  while (has_ended[0] == 0) std::this_thread::yield();
  EXPECT_FALSE(queue_.join_for(1ms));
  kill(worker);
  EXPECT_TRUE(join_reports_a_loss());
  EXPECT_FALSE(join_reports_a_loss());
}

// The new program knows nothing of the task, though it has the process's id.
TEST_F(LostWorkerTest, ATaskIsLostWhenItsProcessExecutesAnotherProgram) {
  queue_.put(1);
  const pid_t worker = fork_child([&] {
    (void)queue_.get();
    ::execl("/bin/sleep", "sleep", "1000", nullptr);
  });
  EXPECT_TRUE(join_reports_a_loss());
  EXPECT_EQ(::kill(worker, 0), 0);
  kill(worker);
}

TEST_F(LostWorkerTest, ATaskIsLostWithTheProcessThatTookItThoughItsChildLives) {
  queue_.put(1);
  Ledger<Processes> grandchild(1);
  const pid_t worker = fork_child([&] {
    (void)queue_.get();
    grandchild[0] = fork_child([&] {
      ::prctl(PR_SET_PDEATHSIG, 0);  // it lives on
      end_after(300);
      queue_.put(2);
      ::pause();
    });
    ::pause();
  });
  while (grandchild[0] == 0) std::this_thread::yield();
  EXPECT_EQ(queue_.get(), 2);
  EXPECT_FALSE(queue_.join_for(1ms));
  kill(worker);
  queue_.task_done();
  EXPECT_TRUE(join_reports_a_loss());
  ::kill(static_cast<pid_t>(grandchild[0]), SIGKILL);
}

// The calling process gets another name, by which it is alive as well: one that was given without /proc, at
// some other time.
void go_by_name(std::uint32_t number) {
  constexpr std::uint32_t kNoProgram = 0;
  detail::this_thread.process = detail::make_owner_id(0, static_cast<std::uint32_t>(::getpid()),
                                                      number << detail::kProgramBits | kNoProgram);
}

// The entry is claimed before the item moves, so a get that is refused takes nothing.
TEST_F(LostWorkerTest, AGetThatIsRefusedLeavesItsItemInside) {
  JoinableQueue<std::string, Processes> queue(kMostWorkers + 1);
  const auto text = [](int i) { return "a text of some length, number " + std::to_string(i); };
  for (int i = 0; i <= kMostWorkers; ++i) queue.put(text(i));
  for (int i = 0; i < kMostWorkers; ++i) {
    go_by_name(i);
    EXPECT_EQ(queue.get(), text(i));
  }
  go_by_name(kMostWorkers);
  EXPECT_THROW((void)queue.get(), std::system_error);
  EXPECT_THROW((void)queue.try_get(), std::system_error);
  EXPECT_THROW((void)queue.get_many(2), std::system_error);
  EXPECT_EQ(queue.qsize(), 1u);
  for (int i = 0; i < kMostWorkers; ++i) queue.task_done();
  EXPECT_EQ(queue.get(), text(kMostWorkers));
  detail::this_thread.process = detail::kNoOwner;  // it is named again when it is asked
}

TEST_F(LostWorkerTest, TheTasksOfTheDeadMakeRoomForTheLivingAndAreReportedByJoin) {
  JoinableQueue<int, Processes> queue(2 * kMostWorkers);
  for (int i = 0; i <= kMostWorkers; ++i) queue.put(i);
  for (int i = 0; i < kMostWorkers; ++i) {
    Crew<Processes>().start(1, [&](int) { (void)queue.get(); });
  }
  Ledger<Processes> got(1);
  {
    Crew<Processes> living;
    living.start(1, [&](int) {
      got[0] = queue.get();
      queue.task_done();
    });
  }
  EXPECT_EQ(got[0], kMostWorkers);
  EXPECT_THROW(queue.join(), WorkerLost);
  queue.join();  // reported once
}

}  // namespace
}  // namespace gilfree::testing
