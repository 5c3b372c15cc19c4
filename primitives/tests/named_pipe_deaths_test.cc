// The death of unrelated processes that hold an end of a named pipe: it is the end of the file, or goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>

#include "gilfree/event.h"
#include "gilfree/pipe.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using End = Connection<int>;

constexpr PipeOptions kOneWay{.duplex = false};

class NamedPipeDeaths : public NamedTest {};

// Sends until no process holds the other end. Returns how often that worked.
int sends(
    End& end, const std::function<void()>& pause = [] {}) {
  for (int sent = 0;; ++sent) {
    try {
      end.send(sent);
    } catch (const BrokenPipe&) {
      return sent;
    }
    pause();
  }
}

TEST_F(NamedPipeDeaths, ASleeperLearnsThatTheProcessAtTheOtherEndWasKilled) {
  End first(create_only, name());
  UnrelatedProcess stranger = play("hold");
  EXPECT_EQ(first.recv(), 1);
  SleepWatch<Processes> watch(1);
  Ledger<Processes> ended(1);
  Crew<Processes> crew;
  crew.start(1, [&](int) {
    watch.will_sleep(0);
    try {
      (void)first.recv();
    } catch (const EndOfFile&) {
      ended[0] = 1;
    }
  });
  watch.await(0);
  EXPECT_EQ(ended[0], 0);
  stranger.kill();
  crew.join();
  EXPECT_EQ(ended[0], 1);
}

TEST_F(NamedPipeDeaths, AForkOfAnUnrelatedProcessHoldsItsEndTooAndTheLastOneEndsTheFile) {
  Event<> enough(create_only, name() + ".other");
  End first(create_only, name());
  UnrelatedProcess stranger = play("fork_and_hold");
  stranger.kill();
  EXPECT_FALSE(first.poll_for(100ms)) << "its fork still holds the other end";
  enough.set();
  EXPECT_THROW(first.recv(), EndOfFile);
}

TEST_F(NamedPipeDeaths, ASenderBlockedOnAFullPipeLearnsThatTheUnrelatedReceiverWasKilled) {
  End first(create_only, name(), {.capacity = 2});
  UnrelatedProcess stranger = play("hold");
  first.send(1);
  first.send(2);
  SleepWatch<Processes> watch(1);
  Ledger<Processes> sent(1);
  Crew<Processes> crew;
  crew.start(1, [&](int) {
    sent[0] = -1;
    watch.will_sleep(0);
    sent[0] = sends(first);
  });
  watch.await(0);
  stranger.kill();
  crew.join();
  EXPECT_EQ(sent[0], 0);
}

TEST_F(NamedPipeDeaths, ASenderWithRoomLearnsOfItToo) {
  constexpr int kCapacity = 1 << 16;
  End first(create_only, name(), {.capacity = kCapacity});
  UnrelatedProcess stranger = play("receive_one");
  first.send(0);
  stranger.kill();
  EXPECT_LT(sends(first, [] { ::usleep(1'000); }), kCapacity / 2);
}

TEST_F(NamedPipeDeaths, AProgramThatIsStartedAgainGoesOnWhereItDied) {
  UnrelatedProcess receiver = play("create_and_receive_one");
  End sender(open_only, name());
  for (int i = 0; i < 3; ++i) sender.send(i);
  Event<>(open_only, name() + ".ready").wait();  // it has received one
  receiver.kill();
  End again(open_or_create, name(), kOneWay);
  EXPECT_EQ(again.recv(), 1);
  sender.send(3);
  EXPECT_EQ(again.recv(), 2);
  EXPECT_EQ(again.recv(), 3);
}

TEST_F(NamedPipeDeaths, KilledAtAnyMomentAnOpenerLeavesItsEndFree) {
  End first(create_only, name());
  for (int kill = 0; kill < 100; ++kill) {
    const pid_t victim = fork_child([&] {
      first.close();
      while (true) End(open_only, name());
    });
    ::usleep(static_cast<useconds_t>(kill * 17 % 1'000));
    ::kill(victim, SIGKILL);
    ::waitpid(victim, nullptr, 0);
    End second(open_only, name());
    second.send(kill);
    ASSERT_EQ(first.recv(), kill);
  }
}

// What the unrelated processes do.
const Parts kParts = {
    {"hold",
     [](const std::string& name) {
       Connection<int> second(open_only, name);
       second.send(1);
       say_ready(name);
       return live();
     }},
    {"fork_and_hold",
     [](const std::string& name) {
       Connection<int> second(open_only, name);
       if (::fork() == 0) {
         ::alarm(30);  // its parent is killed
         Event<>(open_only, name + ".other").wait();
         ::_exit(0);
       }
       say_ready(name);
       return live();
     }},
    {"receive_one",
     [](const std::string& name) {
       Connection<int> second(open_only, name);
       say_ready(name);
       (void)second.recv();
       return live();
     }},
    {"create_and_receive_one",
     [](const std::string& name) {
       Connection<int> first(create_only, name, kOneWay);
       say_ready(name);
       if (first.recv() != 0) return 1;
       say_ready(name);
       return live();
     }},
};

}  // namespace
}  // namespace gilfree::testing

int main(int argc, char** argv) {
  return gilfree::testing::test_or_play(argc, argv, gilfree::testing::kParts);
}
