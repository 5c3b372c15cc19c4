// The ends of a pipe: which process or thread learns that the other end is gone, and what is destroyed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>

#include "gilfree/pipe.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

class ProcessPipeTest : public Watchdog {};

// The tutorial's point: as long as any process holds the sending end, it is not the end of the file.
TEST_F(ProcessPipeTest, TheEndOfTheFileComesWhenTheLastHolderHasClosedOrDied) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t killed = fork_child([&, &sender = sender] {
    sender.send(1);
    ::pause();
  });
  EXPECT_EQ(receiver.recv(), 1);
  sender.close();
  EXPECT_FALSE(receiver.poll_for(50ms)) << "the child still holds the sending end";
  ::kill(killed, SIGKILL);
  EXPECT_THROW(receiver.recv(), EndOfFile);
  ::waitpid(killed, nullptr, 0);
}

TEST_F(ProcessPipeTest, TheSenderLearnsThatTheReceiverWasKilled) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false});
  const pid_t child = fork_child([&, &receiver = receiver, &sender = sender] {
    sender.close();
    while (true) (void)receiver.recv();
  });
  receiver.close();
  for (int i = 0; i < 1000; ++i) sender.send(i);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_THROW(sender.send(1), BrokenPipe);
}

TEST_F(ProcessPipeTest, ASenderBlockedOnAFullPipeLearnsThatTheReceiverWasKilled) {
  auto [receiver, sender] = Pipe<int, Processes>({.duplex = false, .capacity = 2});
  const pid_t child = fork_child([&, &receiver = receiver, &sender = sender] {
    sender.close();
    (void)receiver.recv();
    ::kill(::getpid(), SIGKILL);
  });
  receiver.close();
  EXPECT_THROW(while (true) sender.send(1), BrokenPipe);
  ::waitpid(child, nullptr, 0);
}

TEST_F(ProcessPipeTest, TheLastHolderCountsAlsoIfAnotherReceived) {
  for (const bool is_full : {false, true}) {
    auto [a, b] = Pipe<int, Processes>({.capacity = 2});
    a.send(1);
    EXPECT_EQ(b.recv(), 1);
    const pid_t holder = fork_child([&, &a = a] {
      a.close();
      ::pause();
    });
    b.close();
    a.send(1);
    if (is_full) a.send(2);
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    EXPECT_THROW(a.send(3), BrokenPipe);
  }
}

class ThreadPipeTest : public Watchdog {};

TEST_F(ThreadPipeTest, AnEndThatIsClosedWhileItsThreadSleepsSaysSo) {
  auto [a, b] = Pipe<int, Threads>({.capacity = 1});
  a.send(1);
  SleepWatch<Threads> watch(2);
  Ledger<Threads> closed(2);
  Crew<Threads> crew;
  crew.start(2, [&, &a = a](int me) {
    watch.will_sleep(me);
    try {
      me == 0 ? (void)a.recv() : a.send(2);
    } catch (const Closed&) {
      closed[me] = 1;
    }
  });
  watch.await_all();
  a.close();
  crew.join();
  EXPECT_EQ(closed[0] + closed[1], 2);
}

TEST_F(ThreadPipeTest, ItemsAreMovedAndWhatIsLeftIsDestroyed) {
  auto token = std::make_shared<int>(1);
  {
    auto [a, b] = Pipe<std::unique_ptr<std::shared_ptr<int>>, Threads>();
    a.send(std::make_unique<std::shared_ptr<int>>(token));
    b.send(std::make_unique<std::shared_ptr<int>>(token));
    EXPECT_EQ(**b.recv(), 1);
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

}  // namespace
}  // namespace gilfree::testing
