// Parents, children and orphans: which know each other, which end together, and what a child inherits.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/pipe.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/thread.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/start_methods.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ProcessTreeTest : public StartMethods {};

INSTANTIATE_TEST_SUITE_P(By, ProcessTreeTest, kStartMethods, name_of_start_method);

void sleep_for_ever() {
  while (true) ::pause();
}

TEST_P(ProcessTreeTest, ActiveChildrenAreThoseThatRun) {
  EXPECT_TRUE(active_children().empty());
  Process one = make(sleep_for_ever, {.name = "one", .daemon = true});
  Process two = make([] {}), never = make([] {});
  one.start();
  two.start();
  two.join();
  const auto active = active_children();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0], one);
  EXPECT_EQ(active[0].name(), "one");
  EXPECT_EQ(active[0].pid(), one.pid());
  one.terminate();
  one.join();
  EXPECT_TRUE(active_children().empty());
}

TEST_P(ProcessTreeTest, AProcessKnowsItselfAndItsParent) {
  EXPECT_EQ(current_process().name(), "MainProcess");
  EXPECT_EQ(current_process().pid(), ::getpid());
  EXPECT_TRUE(current_process().is_alive());
  EXPECT_EQ(parent_process(), std::nullopt);
  const pid_t main = ::getpid();
  Process child = make(
      [&] {
        const auto me = current_process();
        const auto parent = parent_process();
        return me.name() == "child" && me.pid() == ::getpid() && me.is_alive() && !me.daemon() &&
                       parent && parent->pid() == main && parent->name() == "MainProcess" &&
                       parent->is_alive() && !parent->join_for(0ms) && active_children().empty()
                   ? 0
                   : 1;
      },
      {.name = "child"});
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 0);
}

TEST_P(ProcessTreeTest, AChildThatIsNeverJoinedIsReapedByTheNextStart) {
  Process forgotten = make([] {}), next = make([] {});
  forgotten.start();
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, forgotten.pid(), &ended, WEXITED | WNOWAIT), 0);
  next.start();
  EXPECT_EQ(::waitpid(forgotten.pid(), nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "left a zombie";
  EXPECT_EQ(forgotten.exitcode(), 0);
}

TEST_P(ProcessTreeTest, AnOrphanCanSeeItWhileADaemonIsKilled) {
  Queue<int, Processes> ready(2);
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t parent = fork_child([&, &sender = sender] {
    Process daemon = make(
        [&] {
          ready.put(1);
          parent_process()->join();
          sender.send(2);  // never: it dies with its parent
        },
        {.daemon = true});
    Process other = make([&] {
      ready.put(1);
      parent_process()->join();
      sender.send(parent_process()->is_alive() ? 4 : 3);
    });
    daemon.start();
    other.start();
    sleep_for_ever();
  });
  sender.close();
  (void)ready.get();
  (void)ready.get();
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_EQ(receiver.recv(), 3);
  EXPECT_THROW(receiver.recv(), EndOfFile);
}

TEST_P(ProcessTreeTest, TerminateTakesTheDaemonsOfTheChildWithIt) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  Process child = make([&, &sender = sender] {
    Process grandchild = make(
        [&] {
          sender.send(1);
          sleep_for_ever();
        },
        {.daemon = true});
    grandchild.start();
    sleep_for_ever();
  });
  child.start();
  sender.close();
  EXPECT_EQ(receiver.recv(), 1);
  child.terminate();
  end_server();
  EXPECT_THROW(receiver.recv(), EndOfFile) << "the grandchild lives on";
}

TEST_P(ProcessTreeTest, ADaemonOutlivesTheThreadThatStartedItAndDiesWithTheProcess) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  const pid_t parent = fork_child([&, &sender = sender] {
    std::optional<Process> daemon;
    std::thread([&] {
      daemon.emplace(make(sleep_for_ever, {.daemon = true}));
      daemon->start();
    }).join();
    sender.send(daemon->join_for(5ms) ? 0 : daemon->pid());
    sleep_for_ever();
  });
  sender.close();
  const pid_t daemon = receiver.recv();
  ASSERT_NE(daemon, 0) << "it died with the thread";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_THROW(receiver.recv(), EndOfFile);
}

TEST_P(ProcessTreeTest, ExitEndsDaemonsAndWaitsForOtherChildren) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t program = fork_child([&, &sender = sender] {
    auto* daemon = new Process(make(sleep_for_ever, {.daemon = true}));
    auto* other = new Process(make([&] {
      std::this_thread::sleep_for(5ms);
      sender.send(1);
    }));
    daemon->start();
    other->start();
    std::exit(0);
  });
  ::waitpid(program, nullptr, 0);
  sender.close();
  EXPECT_EQ(receiver.try_recv(), 1) << "exit did not wait";
  EXPECT_THROW(receiver.recv(), EndOfFile) << "the daemon lives on";
}

TEST_P(ProcessTreeTest, AChildWaitsForItsThreadsAndItsChildren) {
  Queue<int, Processes> done(2);
  Process child = make([&] {
    const auto finish_late = [&done] {
      std::this_thread::sleep_for(5ms);
      done.put(1);
    };
    (new Thread(finish_late))->start();
    (new Process(make(finish_late)))->start();
  });
  child.start();
  child.join();
  EXPECT_EQ(done.qsize(), 2u);
}

TEST_P(ProcessTreeTest, DescriptorsThatStandForSiblingsAreNotInherited) {
  const auto before = open_descriptors();
  std::vector<Process> siblings;
  for (int i = 0; i < 5; ++i) {
    siblings.push_back(make(sleep_for_ever, {.daemon = true}));
    siblings.back().start();
    EXPECT_FALSE(siblings.back().join_for(1us));  // opens one
  }
  Process child = make([] { return static_cast<int>(open_descriptors()); });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), before);
  siblings.clear();
  end_server();
  EXPECT_EQ(open_descriptors(), before) << "left open";
}

// The property: whatever other threads are at when a process starts, the child can use the library.
TEST_P(ProcessTreeTest, AProcessFullOfThreadsMayStartChildrenThatUseTheLibrary) {
  if (!kForksAmongThreads && GetParam() == StartMethod::kFork) {
    GTEST_SKIP()
        << "AddressSanitizer's allocator may be locked in the child of a fork among threads";
  }
  std::atomic<bool> busy{true};
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      while (busy) {
        Thread thread([] { (void)current_thread().name(); });
        thread.start();
        Queue<int, Processes> queue(1);
        queue.put(1);
        (void)active_children();
        (void)current_process().name();
        thread.join();
      }
    });
  }
  for (int round = 0; round < 100; ++round) {
    Process child = make([this] {
      Queue<int, Processes> queue(1);
      Thread thread([&] { queue.put(7); });
      thread.start();
      thread.join();
      Process grandchild = make([&] { return queue.get(); });
      grandchild.start();
      grandchild.join();
      return *grandchild.exitcode() + static_cast<int>(active_count()) +
             static_cast<int>(active_children().size());
    });
    child.start();
    child.join();
    EXPECT_EQ(child.exitcode(), 8);
  }
  busy = false;
  for (auto& other : others) other.join();
}

TEST_P(ProcessTreeTest, AThreadThatWaitsForInputDoesNotHinderAStart) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  Thread reader([] { (void)std::getchar(); });
  reader.start();
  while (reader.state() != Thread::State::Blocked) std::this_thread::yield();
  Process child = make([] { return 4; });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 4);
  end_server();
  ::close(ends[1]);
  reader.join();
  ::dup2(before, STDIN_FILENO);
  ::close(before);
  ::close(ends[0]);
  std::clearerr(stdin);
}

}  // namespace
}  // namespace gilfree::testing
