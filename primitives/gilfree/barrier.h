// Barrier: a meeting point; each party that comes waits until all parties have come.
//
//   mp::Barrier start_line(3);
//   // each of three workers:
//   prepare();
//   start_line.wait();
//   run();                                     // no worker runs before all are prepared
//
// Python's multiprocessing.Barrier and threading.Barrier, with their action. After all have passed it
// serves again.
//
// Order       wait returns the place in which this party came: 0 to parties - 1, each once a round. The
//             parties leave in no order.
// Cost        A lock, two stores and an unlock for each party; the last one looks whether all the others
//             live, for which the kernel is asked after unrelated processes (named.h; about 20 us
//             each), and wakes them. 8 bytes a party.
// Blocking    wait waits for the last party: it spins for about 50 us, then sleeps. wait_for and
//             wait_until wait at most that long, also where another party is stopped; then the barrier
//             is broken for all parties, as in Python. The action runs while they wait. abort never waits.
// Errors      BrokenBarrier from wait: a party died, was late, or called abort() or reset() meanwhile,
//             or the action threw; and from then on at once, until reset(). The last party gets what its
//             action threw. std::invalid_argument: less than 1 or more than 2^20 parties, or a negative
//             timeout. Corrupted: a named barrier that says that more parties came than there are.
// Visibility  What any party did before wait is seen by the action and by every party after wait.
// Crash       A process may be killed at any instruction. Killed before it has come: the others wait
//             for it, or for one that is started in its place. Killed while it waits, or in the action:
//             the barrier breaks and the others get BrokenBarrier at once. Killed as the last one, or
//             after it came, without an action: all pass.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/errors.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

template <Scope S = Processes>
class Barrier {
 public:
  // `action`, if given, is called by the last party to come, before any party is let go. Each process
  // that opens a barrier by name gives its own.
  using Action = std::function<void()>;

  explicit Barrier(std::int64_t parties, Action action = {})
      : state_memory_(words(parties)), action_(std::move(action)) {}
  Barrier(create_only_t tag, std::string_view name, std::int64_t parties, Action action = {})
      : state_memory_(tag, name, words(parties)), action_(std::move(action)) {}
  Barrier(open_only_t tag, std::string_view name, Action action = {})
      : state_memory_(tag, name), action_(std::move(action)) {
    check();
  }
  Barrier(open_or_create_t tag, std::string_view name, std::int64_t parties, Action action = {})
      : state_memory_(tag, name, words(parties)), action_(std::move(action)) {
    check();
  }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  // Waits until all parties have come. Returns the place in which this one came, 0 to parties() - 1.
  int wait() { return wait_till(kNever); }
  // The same, no longer than told: then the barrier is broken for all parties.
  int wait_for(Timeout timeout) { return wait_till(timeout.deadline()); }
  template <typename C, typename D>
  int wait_until(std::chrono::time_point<C, D> time) {
    return wait_till(to_deadline(time));
  }

  // Breaks it: a party that waits or comes gets BrokenBarrier until reset(). Never waits.
  void abort() { break_it(); }
  // Makes it as new. A party that waits gets BrokenBarrier.
  void reset() {
    const Guard guard(*this, kNever);
    Round round = now();
    while (round.arrived > 0 || round.broken) {
      if (next_round(round, kEndedByReset)) return;
      round = now();
    }
  }

  // How many parties meet here.
  int parties() const { return static_cast<int>(most()); }
  // How many have come and wait. May have changed when it returns, like broken().
  int n_waiting() const {
    const Round round = now();
    return round.broken ? 0 : static_cast<int>(std::min(round.arrived, most()));
  }
  // True from the time it was broken until reset().
  bool broken() const { return now().broken; }

 private:
  using Word = std::atomic<detail::OwnerId>;

  // One word, changed by compare-and-swap: that is the commit of each step.
  //
  //   | broken | arrived     | the barrier is                     | next                              |
  //   | no     | < parties   | waiting for more                   | one more; broken; the next round  |
  //   | no     | = parties   | running the action, under `mutex`  | the next round; broken            |
  //   | yes    | any         | broken                             | the next round, by reset()        |
  //
  // Breaking it needs no lock, so it does not wait for a party that is stopped. All else happens
  // under `mutex`, so a party that finds `arrived` = parties there knows that the action's party died.
  struct Round {
    std::uint32_t number;  // 31 bits
    bool broken;
    std::uint32_t arrived;

    static Round from(std::uint64_t word) {
      return {static_cast<std::uint32_t>(word >> 33), (word >> 32 & 1) != 0,
              static_cast<std::uint32_t>(word)};
    }
    std::uint64_t word() const {
      return std::uint64_t{number} << 33 | std::uint64_t{broken} << 32 | arrived;
    }
  };

  // A party that is late by more resets than this cannot learn how its round ended: BrokenBarrier.
  static constexpr std::uint32_t kRemembered = 64;

  // Behind it: a word for each party, of which the first `arrived` name those that wait.
  struct alignas(detail::kCacheLine) State {
    detail::Mutex<S> mutex;  // guards arriving and ending a round
    std::atomic<std::uint64_t> round{0};
    std::atomic<std::uint32_t> resets{0};  // how many rounds reset() has ended, and not all parties
    std::atomic<std::uint32_t> reset_rounds[kRemembered]{};  // the last of them: number + 1
    detail::EventCount<S> changed;
  };

  enum End { kPassed, kEndedByReset };

  class Guard {
   public:
    // It is false if the deadline came first.
    Guard(Barrier& barrier, Deadline deadline)
        : mutex_(barrier.state_memory_->mutex), is_held_(mutex_.lock_until(deadline).has_value()) {}
    ~Guard() {
      if (is_held_) mutex_.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    explicit operator bool() const { return is_held_; }

   private:
    detail::Mutex<S>& mutex_;
    const bool is_held_;
  };

  static std::size_t words(std::int64_t parties) {
    if (parties < 1 || parties > (1 << 20)) {
      throw std::invalid_argument(
          "gilfree::Barrier: there are between 1 and 1048576 parties; give their number");
    }
    return static_cast<std::size_t>(parties) * sizeof(Word);
  }
  Word& party(std::uint32_t place) const {
    return reinterpret_cast<Word*>(&*state_memory_ + 1)[place];
  }
  Round now() const { return Round::from(state_memory_->round.load(std::memory_order_acquire)); }
  // Commits `to`, unless the round has changed meanwhile.
  bool change(const Round& from, const Round& to) {
    auto word = from.word();
    return state_memory_->round.compare_exchange_strong(word, to.word(), std::memory_order_acq_rel,
                                                        std::memory_order_acquire);
  }
  std::uint32_t most() const {
    return static_cast<std::uint32_t>((state_memory_.bytes() - sizeof(State)) / sizeof(Word));
  }

  int wait_till(Deadline deadline) {
    Round came = now();
    std::uint32_t resets = 0;
    {
      const Guard guard(*this, deadline);
      if (!guard) {
        break_it(came.number);
        throw_broken();
      }
      came = now();
      resets = state_memory_->resets.load(std::memory_order_relaxed);
      if (came.broken) throw_broken();
      if (came.arrived > most()) throw_corrupted();
      if (came.arrived == most()) {  // the one that ran the action has died
        break_it(came.number);
        throw_broken();
      }
      party(came.arrived).store(detail::self<S>(), std::memory_order_relaxed);
      if (came.arrived + 1 == most()) {
        finish(came);
        return static_cast<int>(came.arrived);
      }
      if (!change(came, {came.number, false, came.arrived + 1})) throw_broken();
    }
    await_end(came.number, deadline);
    if (now().number == came.number || was_reset(came.number, resets)) throw_broken();
    return static_cast<int>(came.arrived);
  }

  // For the last party to come: runs the action, and lets all go.
  void finish(Round round) {
    if (a_party_died(round.number)) {
      break_it(round.number);
      throw_broken();
    }
    if (action_) {
      const Round full{round.number, false, round.arrived + 1};
      if (!change(round, full)) throw_broken();
      try {
        action_();
      } catch (...) {
        break_it(round.number);
        throw;
      }
      round = full;
    }
    if (!next_round(round, kPassed)) throw_broken();
  }

  void await_end(std::uint32_t number, Deadline deadline) {
    const auto ended = [&] {
      const Round round = now();
      return round.number != number || round.broken;
    };
    while (!ended()) {
      const bool in_time =
          state_memory_->changed
              .wait(deadline, detail::kNoCpu, ended, [&] { return a_party_died(number); })
              .has_value();
      if (!ended() && (!in_time || a_party_died(number))) break_it(number);
    }
  }

  [[noreturn]] static void throw_broken() {
    throw BrokenBarrier(
        "gilfree::Barrier::wait: a party died, was late, or aborted; reset() it to go on");
  }

  [[noreturn]] static void throw_corrupted() {
    throw Corrupted(
        "gilfree::Barrier: the named object's count does not fit its size; remove it and make it "
        "anew");
  }
  void check() const {
    if (most() < 1) throw_corrupted();
  }

  void break_it() {
    Round round = now();
    while (!round.broken && !change(round, {round.number, true, round.arrived})) round = now();
    state_memory_->changed.notify_if_waiting();
  }
  void break_it(std::uint32_t number) {
    Round round = now();
    while (round.number == number && !round.broken &&
           !change(round, {number, true, round.arrived})) {
      round = now();
    }
    state_memory_->changed.notify_if_waiting();
  }

  // Under `mutex`. False if the round was broken meanwhile.
  bool next_round(const Round& ended, End how) {
    const auto resets = state_memory_->resets.load(std::memory_order_relaxed);
    if (how == kEndedByReset) {
      state_memory_->resets.store(resets + 1, std::memory_order_relaxed);
      reset_round(resets).store(ended.number + 1, std::memory_order_release);  // overwritten
    } else if (reset_round(resets - 1).load(std::memory_order_relaxed) == ended.number + 1) {
      reset_round(resets - 1).store(0, std::memory_order_relaxed);  // a party died in a reset()
    }
    if (!change(ended, {(ended.number + 1) & 0x7fffffffu, false, 0})) return false;
    state_memory_->changed.notify_if_waiting();
    return true;
  }
  std::atomic<std::uint32_t>& reset_round(std::uint32_t reset) const {
    return state_memory_->reset_rounds[reset % kRemembered];
  }
  // For a party that came when there had been `before` resets.
  bool was_reset(std::uint32_t number, std::uint32_t before) const {
    const auto resets = [&] { return state_memory_->resets.load(std::memory_order_relaxed); };
    for (auto reset = before; reset != resets(); ++reset) {
      const auto round = reset_round(reset).load(std::memory_order_acquire);  // overwritten
      if (round == number + 1 || resets() - before > kRemembered) return true;
    }
    return false;
  }

  bool a_party_died(std::uint32_t number) const {
    const Round round = now();
    const auto arrived = std::min(round.arrived, static_cast<std::uint32_t>(parties()));
    for (std::uint32_t place = 0; place < arrived; ++place) {
      if (detail::is_dead<S>(party(place).load(std::memory_order_relaxed))) {
        return now().number == number;
      }
    }
    return false;
  }

  detail::StateMemory<State, S> state_memory_;
  Action action_;
};

}  // namespace gilfree
