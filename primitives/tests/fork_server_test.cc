// What a fork server is on its own. That its children are like any other is in process_test and
// process_tree_test, which run with both.

#include "gilfree/fork_server.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/lock.h"
#include "gilfree/pipe.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/thread.h"
#include "gilfree/value.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/named.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ForkServerTest : public NamedTest {};

int global = 1;

int exit_code_of(Process child) {
  child.start();
  child.join();
  return *child.exitcode();
}

bool is_gone(pid_t pid) {
  while (::kill(pid, 0) == 0) ::usleep(50);  // an orphan: its new parent reaps it
  return true;
}

TEST_F(ForkServerTest, ItsChildrenSeeWhatThereWasWhenItWasMade) {
  ForkServer server;
  global = 2;
  EXPECT_EQ(exit_code_of({server, [] { return global; }}), 1);
  EXPECT_EQ(exit_code_of(Process([] { return global; })), 2);
  global = 1;
}

TEST_F(ForkServerTest, ArgumentsOfAnyTypeThatCanTravelAndOfAnySizeAreHandedOver) {
  ForkServer server;
  const auto length = [](int more, const std::string& text, const std::vector<int>& numbers) {
    return more + static_cast<int>(text.size()) + numbers.back();
  };
  EXPECT_EQ(exit_code_of({server, length, std::tuple(1, "three", std::vector{7, 8})}), 14);
  const auto last = [](const std::vector<int>& numbers) { return numbers.back(); };
  std::vector<int> many(3 << 20);
  many.back() = 9;
  EXPECT_EQ(exit_code_of({server, last, std::tuple(many), {.name = "large"}}), 9);
}

TEST_F(ForkServerTest, AChildIsAChildOfItsStarterAndNotOfTheServer) {
  Value<pid_t, Processes> parent(0);
  ForkServer server;
  const auto report = [&] { parent.value() = ::getppid(); };
  EXPECT_EQ(exit_code_of({server, report}), 0);
  EXPECT_EQ(parent.value(), ::getpid());
  EXPECT_NE(server.pid(), ::getpid());
}

// The C library and this library know the child's own id: both cache the id of a thread.
TEST_F(ForkServerTest, AChildsThreadHasItsOwnIdentity) {
  (void)current_thread();  // known before the server is made
  RLock<Processes> lock;
  ForkServer server;
  const auto check = [&] {
    pthread_mutexattr_t checked;
    ::pthread_mutexattr_init(&checked);
    ::pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    ::pthread_mutexattr_setrobust(&checked, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_t mutex;
    ::pthread_mutex_init(&mutex, &checked);
    ::pthread_mutex_lock(&mutex);
    const bool is_owner = mutex.__data.__owner == ::gettid();
    lock.lock();
    return is_owner && current_thread().native_id() == ::gettid() ? 0 : 1;
  };
  EXPECT_EQ(exit_code_of({server, check}), 0);
  EXPECT_EQ(exit_code_of({server, check}), 0) << "the dead child's lock was not given up";
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

// As glibc does from 2.43 on: the kernel knows the address of a thread's state instead.
TEST_F(ForkServerTest, ItNeedsNoKernelThatKnowsTheAddressOfTheThreadsId) {
  std::thread([] {
    static pid_t state = 2;
    pid_t* before = nullptr;
    ASSERT_EQ(::prctl(PR_GET_TID_ADDRESS, &before), 0);
    ::syscall(SYS_set_tid_address, &state);
    ForkServer server;
    EXPECT_EQ(exit_code_of({server, [] { return ::gettid() == ::getpid() ? 3 : 4; }}), 3);
    ::syscall(SYS_set_tid_address, before);
  }).join();
}

TEST_F(ForkServerTest, PrimitivesMadeAfterItAreReachedByName) {
  ForkServer server;
  Queue<int, Processes> queue(create_only, name(), 4);
  const auto put = [](const std::string& called) {
    Queue<int, Processes>(open_only, called).put(7);
  };
  EXPECT_EQ(exit_code_of({server, put, std::tuple(name())}), 0);
  EXPECT_EQ(queue.try_get(), 7);
}

TEST_F(ForkServerTest, ItIsNoActiveChild) {
  const ForkServer server;
  EXPECT_TRUE(active_children().empty());
  EXPECT_TRUE(server.is_alive());
}

TEST_F(ForkServerTest, AKilledOneIsReportedByStartAndAnotherTakesItsPlace) {
  ForkServer server;
  Process before(server, [] { ::pause(); }, {.daemon = true});
  before.start();
  ::kill(server.pid(), SIGKILL);
  Process child(server, [] { return 3; });
  try {
    child.start();
    ADD_FAILURE() << "started by the dead";
  } catch (const WorkerLost& lost) {
    EXPECT_STREQ(lost.what(),
                 "gilfree::Process::start: the fork server was killed by signal 9 (Killed); make "
                 "another ForkServer");
  }
  EXPECT_FALSE(server.is_alive());
  EXPECT_TRUE(before.is_alive());
  EXPECT_THROW(child.join(), std::logic_error) << "it has not been started";
  server = ForkServer();
  EXPECT_EQ(exit_code_of({server, [] { return 4; }}), 4);
}

// The property: whenever the server is killed, a start() gives a child or throws, and no child is there
// that no process knows of.
TEST_F(ForkServerTest, KilledAtAnyTimeNoStartHangsAndNoChildIsLost) {
  int started = 0, refused = 0;
  Value<int, Processes> ran(0);
  for (int round = 0; round < 200; ++round) {
    ForkServer server;
    std::thread killer([&] {
      for (int spin = 0; spin < round * 200; ++spin) asm volatile("");
      ::kill(server.pid(), SIGKILL);
    });
    const auto count = [&] {
      const std::scoped_lock hold(ran);
      ++ran.value();
    };
    Process child(server, count);
    try {
      child.start();
      child.join();
      ++started;
      EXPECT_EQ(child.exitcode(), 0);
    } catch (const WorkerLost&) {
      ++refused;
    }
    killer.join();
  }
  EXPECT_EQ(started + refused, 200);
  EXPECT_EQ(ran.value(), started);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a child is left";
}

TEST_F(ForkServerTest, AStoppedParentAndAKilledOneLeaveNoServerBehind) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  const pid_t parent = fork_child([&, &sender = sender] {
    const ForkServer server;
    sender.send(server.pid());
    while (true) ::pause();
  });
  const pid_t server = receiver.recv();
  EXPECT_EQ(::kill(server, 0), 0);
  ::kill(parent, SIGSTOP);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(is_gone(server));
}

TEST_F(ForkServerTest, ItsEndLeavesNoProcessAndNoDescriptor) {
  const auto before = open_descriptors();
  pid_t gone;
  {
    ForkServer server;
    gone = server.pid();
    EXPECT_EQ(exit_code_of({server, [] { return 1; }}), 1);
  }
  EXPECT_TRUE(::waitpid(gone, nullptr, WNOHANG) == -1 && errno == ECHILD) << "left a zombie";
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ForkServerTest, AProgramThatExitsWithOneDoesNotWaitForIt) {
  auto [receiver, sender] = Pipe<pid_t, Processes>({.duplex = false});
  const pid_t program = fork_child([&, &sender = sender] {
    auto* server = new ForkServer;
    sender.send(server->pid());
    (new Process(*server, [] {}))->start();
    std::exit(0);
  });
  ::waitpid(program, nullptr, 0);
  EXPECT_TRUE(is_gone(receiver.recv()));
}

TEST_F(ForkServerTest, WhatIsNotStartedYetKeepsIt) {
  std::optional<ForkServer> server(std::in_place);
  Process child(*server, [] { return 5; });
  server.reset();
  EXPECT_EQ(exit_code_of(std::move(child)), 5);
}

TEST_F(ForkServerTest, OnlyTheProcessThatMadeItMayUseIt) {
  ForkServer server;
  Process other([&] {
    Process child(server, [] {});
    try {
      child.start();
    } catch (const std::logic_error&) {
      return 1;
    }
    return 0;
  });
  EXPECT_EQ(exit_code_of(std::move(other)), 1);
  EXPECT_TRUE(server.is_alive());
}

TEST_F(ForkServerTest, ItHeedsNoInterruptAndItsChildrenHaveWhatTheParentHad) {
  sigset_t mask, before;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &mask, &before);
  ::signal(SIGTERM, SIG_IGN);
  ForkServer server;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGTERM, SIG_DFL);
  ::kill(server.pid(), SIGINT);
  const auto check = [] {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    const bool as_it_was = ::sigismember(&now, SIGUSR1) == 1 && ::sigismember(&now, SIGINT) == 0;
    ::raise(SIGTERM);  // ignored
    return as_it_was ? 0 : 1;
  };
  EXPECT_EQ(exit_code_of({server, check}), 0);
}

TEST_F(ForkServerTest, SeveralThreadsMayStart) {
  ForkServer server;
  std::vector<std::thread> threads;
  for (int me = 0; me < 4; ++me) {
    threads.emplace_back([&, me] {
      for (int round = 0; round < 20; ++round) {
        EXPECT_EQ(exit_code_of({server, [](int code) { return code; }, std::tuple(me)}), me);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// Page tables are the reason: the child's are as large as the server's, not as its parent's.
TEST_F(ForkServerTest, AChildDoesNotHaveTheMemoryThatTheParentGotLater) {
  ForkServer server;
  constexpr std::size_t kBytes = 512 << 20;
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const auto has_it = [address] {
    return ::msync(reinterpret_cast<void*>(address), kBytes, MS_ASYNC) == 0 ? 1 : 0;
  };
  EXPECT_EQ(exit_code_of(Process(has_it)), 1);
  EXPECT_EQ(exit_code_of({server, has_it}), 0);
  ::munmap(memory, kBytes);
}

}  // namespace
}  // namespace gilfree::testing
