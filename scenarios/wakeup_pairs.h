// The two workers of wakeup: lead() wakes; follow() is woken and takes the time.
//
//   PingPong<Signal>         hot: each wakes the other in turn, and both take the time
//   BarrierRounds<Barrier>   hot, at a barrier: the worker that comes second wakes the first
//   SleepAndWake<Signal>     asleep: the waker calls when the waiter sleeps in the kernel
//
// Every run ends: the leader sets `over` before its last call, which is a call like any other. A contender whose wait
// ends though nobody called fails the launch: the worker that notices throws, which ends the other one too.
#pragma once

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "scenarios/signals.h"
#include "scenarios/support/thread_state.h"

namespace scenarios {

// From the moment the waiter sleeps to the call that wakes it: its core has time to go idle.
constexpr auto kIdle = std::chrono::microseconds(50);

inline std::int64_t steady_now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// What the two workers share beside the contender. All is ordered by the contender itself, or by
// `about_to_wait`; atomic only so that a contender that fails to order is noticed instead of being
// undefined behaviour.
struct WakeupState {
  alignas(128) std::atomic<std::int64_t> called_at[2]{};  // by worker or by round
  std::atomic<bool> over{false};
  alignas(128) std::atomic<std::int64_t> about_to_wait{0};  // the number of the waiter's round
  std::atomic<pid_t> waiter{0};
};

// The calls of one worker as the other takes them: each has a time of its own.
class TakenCalls {
 public:
  std::int64_t take(const std::atomic<std::int64_t>& called_at) {
    const auto at = called_at.load(std::memory_order_relaxed);
    if (at == last_) throw std::runtime_error("a wait ended that nobody had ended");
    return last_ = at;
  }

 private:
  std::int64_t last_ = 0;
};

// Hot: two signals, one each way. The leader decides when it ends.
template <Signal G, WorkerKind K>
class PingPong {
 public:
  void lead(harness::Run& run) {
    auto& tally = run.tally(0);
    TakenCalls answers;
    while (true) {
      const bool last = !run.running();
      state_->over = last;
      call(0, *there_);
      if (last) return;
      take_answer(tally, answers, 1, *back_);
    }
  }
  void follow(harness::Run& run) {
    auto& tally = run.tally(1);
    TakenCalls calls;
    while (true) {
      take_answer(tally, calls, 0, *there_);
      if (state_->over) return;
      call(1, *back_);
    }
  }

 private:
  void call(int me, G& signal) {
    state_->called_at[me].store(steady_now(), std::memory_order_relaxed);
    signal.wake();
  }
  void take_answer(harness::Tally& tally, TakenCalls& calls, int caller, G& signal) {
    signal.wait();
    const auto woken = steady_now();
    tally.record(static_cast<std::uint64_t>(woken - calls.take(state_->called_at[caller])));
    tally.count(1);
    rearm(signal);
  }

  SharedObject<G, K> there_, back_;
  SharedObject<WakeupState, K> state_;
};

// Hot, at a barrier: the worker that comes second wakes the first. Even and odd rounds have time stamps
// of their own, so that none is overwritten before it has been read.
template <Rendezvous B, WorkerKind K>
class BarrierRounds {
 public:
  void lead(harness::Run& run) { go_round(run, 0); }
  void follow(harness::Run& run) { go_round(run, 1); }

 private:
  struct Stamps {
    alignas(128) std::atomic<std::int64_t> arrived[2];  // by round
  };

  void go_round(harness::Run& run, int me) {
    auto& tally = run.tally(me);
    auto& mine = stamps_[me]->arrived;
    const auto& others = stamps_[1 - me]->arrived;
    TakenCalls arrivals[2];  // by round
    for (unsigned round = 0;; ++round) {
      if (me == 0) last_[round % 2]->store(!run.running());
      const auto arrived = steady_now();
      mine[round % 2].store(arrived, std::memory_order_relaxed);
      barrier_->wait();
      const auto left = steady_now();
      const auto other = arrivals[round % 2].take(others[round % 2]);
      if (other > arrived) {
        tally.record(static_cast<std::uint64_t>(left - other));
        tally.count(1);
      }
      if (*last_[round % 2]) return;
    }
  }

  SharedObject<B, K> barrier_{2};
  SharedObject<Stamps, K> stamps_[2];
  SharedObject<std::atomic<bool>, K> last_[2];
};

inline void stay_busy(std::chrono::nanoseconds time) {
  for (const auto until = steady_now() + time.count(); steady_now() < until;) continue;
}

// Asleep: one signal, one way.
template <Signal G, WorkerKind K>
class SleepAndWake {
 public:
  void lead(harness::Run& run) {
    while (state_->about_to_wait != 1) ::sched_yield();
    const ThreadState waiter(state_->waiter);
    for (std::int64_t round = 1;; ++round) {
      while (state_->about_to_wait != round) ::sched_yield();
      if (!fell_asleep(run, waiter)) {
        state_->over = true;
      } else {
        stay_busy(kIdle);
      }
      const bool last = state_->over;
      state_->called_at[0].store(steady_now(), std::memory_order_relaxed);
      signal_->wake();
      if (last) return;
    }
  }
  void follow(harness::Run& run) {
    auto& tally = run.tally(0);
    TakenCalls calls;
    state_->waiter = static_cast<pid_t>(::syscall(SYS_gettid));
    for (std::int64_t round = 1;; ++round) {
      state_->about_to_wait = round;
      signal_->wait();
      const auto woken = steady_now();
      if (state_->over) return;
      tally.record(static_cast<std::uint64_t>(woken - calls.take(state_->called_at[0])));
      tally.count(1);
      rearm(*signal_);
    }
  }

 private:
  // Returns false if the windows closed first.
  static bool fell_asleep(harness::Run& run, const ThreadState& waiter) {
    while (run.running()) {
      if (waiter.is_asleep()) return true;
      ::sched_yield();
    }
    return false;
  }

  SharedObject<G, K> signal_;
  SharedObject<WakeupState, K> state_;
};

}  // namespace scenarios
