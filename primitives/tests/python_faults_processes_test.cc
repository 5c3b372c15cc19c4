// Faults 4 to 6 and 10 of docs/python-faults.md, and what CPython loses or orphans: pools, children,
// their parents and their ends.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "gilfree/threading.h"
#include "primitives/tests/support/python_faults.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
namespace th = gilfree::threading;

// Arrives only where it was made.
struct Unreadable {
  std::vector<int> numbers;
};

struct UnreadableError : std::exception {
  explicit UnreadableError(int, const char*) {}  // Python could not make it of its text alone
  const char* what() const noexcept override { return "of two arguments"; }
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Unreadable> {
  using Item = gilfree::testing::Unreadable;
  static std::size_t size(const Item&) { return 1; }
  static void write(const Item&, std::byte* bytes) { *bytes = std::byte{1}; }
  static Item read(const std::byte*, std::size_t) { throw std::runtime_error("cannot be read"); }
};

namespace gilfree::testing {
namespace {

class PythonProcessFaultsTest : public PythonFaultsTest {};

int square(int x) { return x * x; }

// The pool still does what a pool does, and comes to its end.
void expect_well(mp::Pool& pool) {
  EXPECT_EQ(pool.map(square, {1, 2, 3}), (std::vector{1, 4, 9}));
  pool.close();
  pool.join();
}

// 4. CPython: get(), map() and close() + join() hang.
TEST_F(PythonProcessFaultsTest, AWorkerKilledInItsTaskLosesThatTaskAlone) {
  mp::Pool pool(2);
  auto lost = pool.apply_async([] { return ::raise(SIGKILL); });
  EXPECT_THROW(lost.get(), mp::WorkerLost);
  const auto kill_at_two = [](int x) { return x == 2 ? ::raise(SIGKILL) : x; };
  EXPECT_THROW(pool.map(kill_at_two, {1, 2, 3}), mp::WorkerLost);
  expect_well(pool);
}

// 4. CPython: a task that calls os._exit hangs its caller; sys.exit too in the versions tried.
TEST_F(PythonProcessFaultsTest, ATaskThatEndsItsProcessLosesThatTaskAlone) {
  mp::Pool pool(2);
  EXPECT_THROW(pool.apply([] { ::_exit(0); }), mp::WorkerLost);
  EXPECT_THROW(pool.apply([] { std::exit(3); }), mp::WorkerLost);
  expect_well(pool);
}

// 4. CPython: the worker dies of it, and the caller hangs.
TEST_F(PythonProcessFaultsTest, AnArgumentThatCannotBeReadFailsItsCall) {
  mp::Pool pool(2);
  EXPECT_THROW(pool.apply([](const Unreadable&) {}, Unreadable{}), mp::RemoteError);
  expect_well(pool);
}

// 5. CPython: get() hangs, the whole pool is dead, terminate() raises AssertionError.
TEST_F(PythonProcessFaultsTest, AnExceptionOfAnyTypeArrivesAsItsTypeAndText) {
  mp::Pool pool(2);
  try {
    pool.apply([] { throw UnreadableError(1, "two"); });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const mp::RemoteError& error) {
    EXPECT_NE(error.type().find("UnreadableError"), std::string::npos);
    EXPECT_EQ(error.text(), "of two arguments");
  }
  expect_well(pool);
}

// 5. CPython: likewise for a result that pickles and does not unpickle.
TEST_F(PythonProcessFaultsTest, AResultThatCannotBeReadFailsItsCall) {
  mp::Pool pool(2);
  EXPECT_THROW(pool.apply([] { return Unreadable{}; }), std::runtime_error);
  pool.terminate();
  pool.join();
}

// 6. CPython: it held the lock of the task queue; every later get() hangs.
TEST_F(PythonProcessFaultsTest, AnIdleWorkerThatIsKilledTakesNothingWithIt) {
  mp::Pool pool(2);
  EXPECT_EQ(pool.apply(square, 2), 4);
  for (int round = 0; round < 3; ++round) {
    for (const pid_t worker : pool.pids()) {
      if (worker > 0) ::kill(worker, SIGKILL);
    }
    EXPECT_EQ(pool.apply(square, 3), 9);
  }
  expect_well(pool);
}

// 6. CPython: terminate() hangs after it.
TEST_F(PythonProcessFaultsTest, TerminateReturnsAfterAWorkerWasKilled) {
  mp::Pool pool(2);
  for (const pid_t worker : pool.pids()) {
    if (worker > 0) ::kill(worker, SIGKILL);
  }
  pool.terminate();
  pool.join();
  EXPECT_TRUE(mp::active_children().empty());
}

// 6. CPython: so does the end of the program.
TEST_F(PythonProcessFaultsTest, AProgramEndsAfterAWorkerWasKilled) {
  mp::Process program([] {
    mp::Pool pool(2);
    for (const pid_t worker : pool.pids()) {
      if (worker > 0) ::kill(worker, SIGKILL);
    }
    return 7;
  });
  program.start();
  program.join();
  EXPECT_EQ(program.exitcode(), 7);
}

// 10. CPython: join() hangs, as the child cannot end before its feeder thread has written all.
TEST_F(PythonProcessFaultsTest, AChildThatPutAMebibyteCanBeJoinedBeforeItIsRead) {
  mp::Queue<std::string> queue(4);
  mp::Process child([&] { queue.put(std::string(1 << 20, 'a')); });
  child.start();
  child.join();
  EXPECT_EQ(queue.get().size(), std::size_t{1} << 20);
}

// 10. CPython: the child of a fork finds the lock held by a thread that it does not have, and hangs.
TEST_F(PythonProcessFaultsTest, AForkWhileAThreadHoldsALockLeavesTheChildAbleToGetIt) {
  mp::Lock lock;
  mp::Event held, release;
  th::Thread holder([&] {
    const std::scoped_lock hold(lock);
    held.set();
    release.wait();
  });
  holder.start();
  held.wait();
  mp::Process child([&] {
    release.set();
    const std::scoped_lock hold(lock);
    return lock.abandoned() ? 1 : 0;
  });
  child.start();
  child.join();
  holder.join();
  EXPECT_EQ(child.exitcode(), 0);
}

// 10. CPython: terminate() + join() hang. Here too nothing ends a process that does not want to end but
// kill(): join_for comes back, and the destructor of a daemon goes on to kill.
TEST_F(PythonProcessFaultsTest, AChildThatIgnoresTerminateIsWaitedForInTimeAndThenKilled) {
  const auto stubborn = [] { ::signal(SIGTERM, SIG_IGN); };
  auto child = after(stubborn);
  child.terminate();
  EXPECT_FALSE(child.join_for(1ms));
  child.kill();
  child.join();
  EXPECT_EQ(child.exitcode(), -SIGKILL);
  const pid_t daemon = after(stubborn).pid();
  EXPECT_EQ(::waitpid(daemon, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

// 10. CPython: the program hangs at its end for as long as the child runs. Here too it waits for a child
// that is no daemon, which is what it was promised; a daemon holds up no exit.
TEST_F(PythonProcessFaultsTest, AProgramEndsWithItsDaemonsAndAfterItsOtherChildren) {
  mp::Value<int> finished(0);
  mp::Process program([&] {
    mp::Event ready;
    auto* daemon = new mp::Process(
        [&] {
          ready.set();
          sleep_for_ever();
        },
        {.daemon = true});
    auto* other = new mp::Process([&] { finished.value() = 1; });
    daemon->start();
    other->start();
    ready.wait();
  });
  program.start();
  program.join();
  EXPECT_EQ(program.exitcode(), 0);
  EXPECT_EQ(finished.value(), 1);
}

// Orphaned. CPython: after SIGKILL of the parent every kind of child lives on, and none learns of it.
TEST_F(PythonProcessFaultsTest, ChildrenOfAKilledParentEndOrCanSeeIt) {
  mp::Queue<int> queue(4);
  mp::Event daemon_runs, other_runs, consumer_runs, served_runs;
  auto [ends_with_daemons, held_by_them] = mp::Pipe<int>({.duplex = false});
  mp::Event orphaned;
  mp::Process parent(
      [&, &held = held_by_them] {
        mp::ForkServer server;
        mp::Process daemon([&] { daemon_runs.set(), sleep_for_ever(); }, {.daemon = true});
        mp::Process consumer([&] { consumer_runs.set(), (void)queue.get(); }, {.daemon = true});
        mp::Process served(server, [&] { served_runs.set(), sleep_for_ever(); }, {.daemon = true});
        mp::Process other([&] {
          held.close();
          other_runs.set();
          mp::parent_process()->join();
          if (!mp::parent_process()->is_alive()) orphaned.set();
        });
        daemon.start(), consumer.start(), served.start(), other.start();
        sleep_for_ever();
      },
      {.daemon = true});
  parent.start();
  held_by_them.close();
  daemon_runs.wait(), consumer_runs.wait(), served_runs.wait(), other_runs.wait();
  kill(std::move(parent));
  EXPECT_THROW(ends_with_daemons.recv(),
               mp::EndOfFile);  // the last daemon, and the server, are gone
  orphaned.wait();
}

// Orphaned. CPython: terminate() leaves the grandchildren running. process_tree_test has it, with both
// ways to start: TerminateTakesTheDaemonsOfTheChildWithIt.

// Left behind. CPython: terminate() without join() leaves a zombie.
TEST_F(PythonProcessFaultsTest, TerminateWithoutJoinLeavesNoZombie) {
  pid_t pid;
  {
    mp::Process child(sleep_for_ever);
    child.start();
    pid = child.pid();
    child.terminate();
  }
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace gilfree::testing
