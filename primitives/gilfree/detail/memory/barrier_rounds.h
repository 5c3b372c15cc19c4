// BarrierRounds: the rounds of a Barrier: which parties have come, how a round ends, and what a reset leaves.
//
//   rounds.wait_till(deadline);    // returns the place of this party; throws BrokenBarrier, Corrupted
//
// One word, changed by compare-and-swap, is the commit of each step:
//
//   | broken | arrived     | the barrier is                     | next                              |
//   | no     | < parties   | waiting for more                   | one more; broken; the next round  |
//   | no     | = parties   | running the action, under `mutex`  | the next round; late; broken      |
//   | late   | = parties   | the same, and for others broken    | the next round, broken; broken    |
//   | yes    | any         | broken                             | the next round, by reset()        |
//
// 1. Breaking a round needs no lock, so it does not wait for a party that is stopped.
// 2. All else happens under `mutex`, so a party that finds `arrived` = parties there knows that the
//    party that ran the action has died.
// 3. A party that is late before it has the mutex breaks the round it would have come to: if all have come, the next ("late").
// 4. The id of each party that waits stands in a word of its own, by which the others notice its death.
#pragma once

#include <algorithm>
#include <atomic>
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
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class BarrierRounds {
 public:
  using Action = std::function<void()>;

  BarrierRounds(Action action, std::int64_t parties)
      : state_memory_(words(parties)), action_(std::move(action)) {}
  BarrierRounds(Action action, create_only_t tag, std::string_view name, std::int64_t parties)
      : state_memory_(tag, name, words(parties)), action_(std::move(action)) {}
  BarrierRounds(Action action, open_only_t tag, std::string_view name)
      : state_memory_(tag, name), action_(std::move(action)) {
    check();
  }
  BarrierRounds(Action action, open_or_create_t tag, std::string_view name, std::int64_t parties)
      : state_memory_(tag, name, words(parties)), action_(std::move(action)) {
    check();
  }

  // Waits until all parties have come. Returns the place in which this one came.
  int wait_till(Deadline deadline) {
    Round came = now();
    if (came.is_broken() && came.arrived <= parties()) throw_broken();
    std::uint32_t resets = 0;
    {
      const Guard guard(*this, deadline);
      if (!guard) {
        break_as_late();
        throw_broken();
      }
      came = now();
      resets = state_memory_->resets.load(std::memory_order_relaxed);
      if (came.arrived > parties()) throw_corrupted();
      if (came.broken) throw_broken();
      if (came.arrived == parties()) {  // the one that ran the action has died
        break_it(came.number);
        throw_broken();
      }
      party(came.arrived).store(self<S>(), std::memory_order_relaxed);
      if (came.arrived + 1 == parties()) {
        finish(came);
        return static_cast<int>(came.arrived);
      }
      if (!change(came, {came.number, false, came.arrived + 1})) throw_broken();
    }
    await_end(came.number, deadline);
    if (now().number == came.number || was_reset(came.number, resets)) throw_broken();
    return static_cast<int>(came.arrived);
  }

  // Breaks the round: each party that waits in it or comes throws BrokenBarrier until reset().
  void break_it() {
    Round round = now();
    while (!round.broken && !change(round, {round.number, true, round.arrived})) round = now();
    state_memory_->changed.notify_if_waiting();
  }
  // Begins a new round. Each party that waits in this one throws BrokenBarrier.
  void reset() {
    const Guard guard(*this, kNever);
    Round round = now();
    while (round.arrived > 0 || round.broken) {
      if (next_round(round, kEndedByReset)) return;
      round = now();
    }
  }

  std::uint32_t parties() const {
    return static_cast<std::uint32_t>((state_memory_.bytes() - sizeof(State)) / sizeof(Word));
  }
  int n_waiting() const {
    const Round round = now();
    return round.is_broken() ? 0 : static_cast<int>(std::min(round.arrived, parties()));
  }
  bool broken() const { return now().is_broken(); }

 private:
  using Word = std::atomic<OwnerId>;

  struct Round {
    std::uint32_t number;  // 31 bits
    bool broken;
    std::uint32_t arrived;  // 31 bits
    bool late = false;      // if all have arrived: one that came behind them was late

    static Round from(std::uint64_t word) {
      return {static_cast<std::uint32_t>(word >> 33), (word >> 32 & 1) != 0,
              static_cast<std::uint32_t>(word) & kLowest31, (word >> 31 & 1) != 0};
    }
    std::uint64_t word() const {
      return std::uint64_t{number} << 33 | std::uint64_t{broken} << 32 | std::uint64_t{late} << 31 |
             arrived;
    }
    // For a party that comes.
    bool is_broken() const { return broken || late; }
  };
  static constexpr std::uint32_t kLowest31 = 0x7fffffff;

  // A party that is late by more resets than this cannot learn how its round ended: BrokenBarrier.
  static constexpr std::uint32_t kRemembered = 64;

  // Behind it: a word for each party, of which the first `arrived` name those that wait.
  struct alignas(kCacheLine) State {
    Mutex<S> mutex;  // guards arriving and ending a round
    std::atomic<std::uint64_t> round{0};
    std::atomic<std::uint32_t> resets{0};  // how many rounds reset() has ended, and not all parties
    std::atomic<std::uint32_t> reset_rounds[kRemembered]{};  // the last of them: number + 1
    EventCount<S> changed;
  };

  enum End { kPassed, kEndedByReset };

  class Guard {
   public:
    // It is false if the deadline came first. Where it has passed already, another party that is just
    // arriving is waited for all the same, as by the tries of the queues.
    Guard(BarrierRounds& barrier, Deadline deadline)
        : mutex_(barrier.state_memory_->mutex),
          is_held_(mutex_.lock_until(kNow) != Locked::kTooLate ||
                   mutex_.lock_inner_until(has_passed(deadline) ? kNow : deadline) !=
                       Locked::kTooLate) {}
    ~Guard() {
      if (is_held_) mutex_.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    explicit operator bool() const { return is_held_; }

   private:
    Mutex<S>& mutex_;
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
      const auto hopeless = [&] { return a_party_died(number); };
      const Waited waited = state_memory_->changed.wait(deadline, kNoCpu, ended, hopeless);
      if (!ended() && (waited == Waited::kTooLate || hopeless())) break_it(number);
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
    if (parties() < 1) throw_corrupted();
  }

  void break_it(std::uint32_t number) {
    Round round = now();
    while (round.number == number && !round.broken &&
           !change(round, {number, true, round.arrived})) {
      round = now();
    }
    state_memory_->changed.notify_if_waiting();
  }

  void break_as_late() {
    Round round = now();
    while (!round.is_broken()) {
      const bool is_full = round.arrived >= parties();
      if (change(round, {round.number, !is_full, round.arrived, is_full})) break;
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
    const std::uint32_t next = (ended.number + 1) & kLowest31;
    const bool is_next =
        change(ended, {next, false, 0}) ||
        (how == kPassed && change({ended.number, false, ended.arrived, true}, {next, true, 0}));
    if (!is_next) return false;
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
    const auto arrived = std::min(round.arrived, parties());
    for (std::uint32_t place = 0; place < arrived; ++place) {
      if (is_dead<S>(party(place).load(std::memory_order_relaxed))) {
        return now().number == number;
      }
    }
    return false;
  }

  StateMemory<State, S> state_memory_;
  Action action_;
};

}  // namespace gilfree::detail
