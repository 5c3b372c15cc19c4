// The two parties of wakeup: who leads wakes, who follows is woken and takes the time.
//
//   PingPong<Signal>       hot: each wakes the other in turn, and both take the time
//   Rounds<Rendezvous>     hot, at a barrier: whoever comes second wakes the first
//   SleepAndWake<Signal>   asleep: the waker calls when the waiter sleeps in the kernel
//
// Every run ends: the leader's last call is one like any other, with `over` set before it.
#pragma once

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "scenarios/contenders/synchronisation.h"
#include "scenarios/sleeper.h"

namespace scenarios {

using Clock = std::chrono::steady_clock;

constexpr auto kIdle = std::chrono::microseconds(50);

inline std::int64_t now() { return Clock::now().time_since_epoch().count(); }

// What the two tell each other beside the contender. All is ordered by the contender itself, or by
// `about_to_wait`; atomics only so that a contender that fails to order is seen, not undefined.
struct Board {
  alignas(128) std::atomic<std::int64_t> called_at[2]{};  // by party or by round
  std::atomic<bool> over{false};
  alignas(128) std::atomic<std::int64_t> about_to_wait{0};  // the number of the waiter's round
  std::atomic<pid_t> waiter{0};
};

// Hot: two signals, one each way. The leader decides when it ends.
template <Signal G, Scope S>
class PingPong {
 public:
  void lead(harness::Run& run) {
    auto& tally = run.tally(0);
    while (true) {
      const bool last = !run.running();
      board_->over = last;
      call(0, *there_);
      if (last) return;
      answered(tally, 1, *back_);
    }
  }
  void follow(harness::Run& run) {
    auto& tally = run.tally(1);
    while (true) {
      answered(tally, 0, *there_);
      if (board_->over) return;
      call(1, *back_);
    }
  }

 private:
  void call(int me, G& signal) {
    board_->called_at[me].store(now(), std::memory_order_relaxed);
    signal.wake();
  }
  void answered(harness::Tally& tally, int caller, G& signal) {
    signal.wait();
    const auto woken = now();
    tally.record(static_cast<std::uint64_t>(
        woken - board_->called_at[caller].load(std::memory_order_relaxed)));
    tally.count(1);
    rearm(signal);
  }

  Placed<G, S> there_, back_;
  Placed<Board, S> board_;
};

// Hot, at a barrier: whoever comes second wakes the first. Rounds take turns with the stamps, so that
// nobody overwrites one that is still to be read.
template <Rendezvous B, Scope S>
class Rounds {
 public:
  void lead(harness::Run& run) { turn(run, 0); }
  void follow(harness::Run& run) { turn(run, 1); }

 private:
  struct Stamps {
    alignas(128) std::atomic<std::int64_t> arrived[2];  // by round
  };

  void turn(harness::Run& run, int me) {
    auto& tally = run.tally(me);
    auto& mine = stamps_[me]->arrived;
    const auto& others = stamps_[1 - me]->arrived;
    for (unsigned round = 0;; ++round) {
      if (me == 0) last_[round % 2]->store(!run.running());
      const auto arrived = now();
      mine[round % 2].store(arrived, std::memory_order_relaxed);
      barrier_->wait();
      const auto left = now();
      const auto other = others[round % 2].load(std::memory_order_relaxed);
      if (other > arrived) {
        tally.record(static_cast<std::uint64_t>(left - other));
        tally.count(1);
      }
      if (*last_[round % 2]) return;
    }
  }

  Placed<B, S> barrier_{2};
  Placed<Stamps, S> stamps_[2];
  Placed<std::atomic<bool>, S> last_[2];
};

// Asleep: one signal, one way.
template <Signal G, Scope S>
class SleepAndWake {
 public:
  void lead(harness::Run& run) {
    while (board_->about_to_wait != 1) ::sched_yield();
    const Sleeper waiter(board_->waiter);
    for (std::int64_t round = 1;; ++round) {
      while (board_->about_to_wait != round) ::sched_yield();
      if (!fell_asleep(run, waiter)) {
        board_->over = true;
      } else {
        for (const auto until = Clock::now() + kIdle; Clock::now() < until;) continue;
      }
      const bool last = board_->over;
      board_->called_at[0].store(now(), std::memory_order_relaxed);
      signal_->wake();
      if (last) return;
    }
  }
  void follow(harness::Run& run) {
    auto& tally = run.tally(0);
    board_->waiter = static_cast<pid_t>(::syscall(SYS_gettid));
    for (std::int64_t round = 1;; ++round) {
      board_->about_to_wait = round;
      signal_->wait();
      const auto woken = now();
      if (board_->over) return;
      tally.record(
          static_cast<std::uint64_t>(woken - board_->called_at[0].load(std::memory_order_relaxed)));
      tally.count(1);
      rearm(*signal_);
    }
  }

 private:
  // False if the end came first.
  static bool fell_asleep(harness::Run& run, const Sleeper& waiter) {
    while (run.running()) {
      if (waiter.is_asleep()) return true;
      ::sched_yield();
    }
    return false;
  }

  Placed<G, S> signal_;
  Placed<Board, S> board_;
};

}  // namespace scenarios
