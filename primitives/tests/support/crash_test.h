// CrashTest: what crash tests have in common. Peers: other processes that use what the victim uses.
//
//   pid_t waiter = 0;
//   .fresh = [&] { lock.emplace(); waiter = peers.start_asleep([&] { lock->lock(); got[0] = 1; }); },
//   .survivor = [&] { return Peers::did(got[0]) ...
//   .after = [&] { return peers.end(); }
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gilfree/detail/identity/participant.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {

class Peers {
 public:
  ~Peers() { end(); }

  pid_t start(const std::function<void()>& body) {
    return peers_.emplace_back(fork_child([&] {
      (void)detail::self<Processes>();
      body();
    }));
  }
  // Starts one that is to sleep, and waits until it does.
  pid_t start_asleep(const std::function<void()>& body) {
    const pid_t peer = start(body);
    await_sleep(peer);
    return peer;
  }
  // Kills those that are left. Returns nothing: for Walk::after.
  std::string end() {
    for (const pid_t peer : peers_) testing::end(peer);
    peers_.clear();
    return "";
  }

 private:
  std::vector<pid_t> peers_;
};

// How often a process has gone to sleep (proc(5), status).
inline long sleeps_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    if (word == "voluntary_ctxt_switches:") {
      status >> word;
      return std::stol(word);
    }
  }
  return -1;
}

// For a peer that sleeps until `done` is not 0: true if that becomes so, false if the peer has since
// woken of itself (detail/wait/parker.h), looked about and gone back to sleep, twice.
inline bool wakes(pid_t peer, const std::atomic<std::int64_t>& done) {
  for (const long before = sleeps_of(peer); done == 0; ::usleep(100)) {
    if (sleeps_of(peer) >= before + 2 && state_of(peer) == 'S' && done == 0) return false;
  }
  return true;
}

// Waits until `done` is not 0, and yields the CPU to the process that is to set it.
inline void await(const std::atomic<std::int64_t>& done) {
  for (int looks = 0; done == 0; ++looks)
    looks < 20 ? std::this_thread::yield() : (void)::usleep(50);
}

class CrashTest : public Watchdog {
 protected:
  using Words = std::map<std::string, int>;

  void SetUp() override { ::alarm(900); }

  // Makes the calling process a participant: for Walk::prepare.
  static void attach() { (void)detail::self<Processes>(); }

  static void expect(const Findings& found, const Words& allowed) {
    std::cout << "    " << found << "\n";
    if (!can_walk()) GTEST_SKIP() << "no single steps on this machine";
    EXPECT_GT(found.points, 0);
    EXPECT_EQ(found.hangs, 0);
    EXPECT_TRUE(found.only(allowed)) << found;
  }

  // Wherever it dies, the survivor finds one of these. A path traced while something came between, say a
  // heartbeat or another program on this CPU, is not met again: then it is walked anew. On a loaded machine every
  // second walk may be such a one, so there are many tries; each of them is held to the same words.
  static Findings expect_only(const Walk& walk, const Words& allowed) {
    constexpr int kMostWalks = 8;
    Findings found;
    int walks = 0;
    do {
      found = kill_at_every_instruction(walk);
      expect(found, allowed);
    } while (can_walk() && !met_enough(walk, found) && found.hangs == 0 && ++walks < kMostWalks);
    EXPECT_TRUE(!can_walk() || met_enough(walk, found)) << found;
    return found;
  }

  // One instruction makes it real: before it the one word, from it on the other.
  static Findings expect_one_edge(const Walk& walk, const std::string& before,
                                  const std::string& after) {
    const Findings found = expect_only(walk, {{before, 1}, {after, 1}});
    if (found.points == 0) return found;
    EXPECT_EQ(found.first, before);
    EXPECT_EQ(found.last, after);
    EXPECT_EQ(found.edges, 1) << "not one instruction commits";
    return found;
  }

  // One instruction begins it and one ends it: from the one to the other another word.
  static void expect_two_edges(const Walk& walk, const std::string& outside,
                               const std::string& inside) {
    const Findings found = expect_only(walk, {{outside, 1}, {inside, 1}});
    if (found.points == 0) return;
    EXPECT_EQ(found.first, outside);
    EXPECT_EQ(found.last, outside);
    EXPECT_EQ(found.edges, 2);
  }

  Peers peers_;

 private:
  static bool met_enough(const Walk& walk, const Findings& found) {
    return walk.least_points > 0 ? found.points >= walk.least_points
                                 : found.missed <= walk.most_missed * (found.points + found.missed);
  }
};

}  // namespace gilfree::testing
