// Barrier: a meeting point; whoever comes waits until all parties have come.
//
//   mp::Barrier start_line(3);
//   // each of three workers:
//   prepare();
//   start_line.wait();
//   run();                                     // nobody runs before all are prepared
//
// Python's multiprocessing.Barrier and threading.Barrier. After all have passed it serves again.
//
// Order       The places are those in which the parties came; they leave in no order.
// Cost        A lock, two stores and an unlock for each party; the last one looks whether all the others
//             live, for which the kernel is asked after strangers (named.h; some 20 us each), and wakes
//             them. 8 bytes a party.
// Blocking    wait waits for the last party: awake for some 50 us, then asleep. wait_for at most that
//             long, and then the barrier is broken for everybody, as in Python.
// Returns     From wait, the place in which this party came: 0 to parties - 1, each once a round.
// Errors      BrokenBarrier from wait: a party died, was late, or somebody called abort() or reset()
//             meanwhile; and from then on at once, until reset(). std::invalid_argument: less than 1 or
//             more than 2^20 parties, or a negative timeout.
// Visibility  What any party did before wait is seen by every party after it.
// Crash       A process may be killed at any instruction. Killed before it has come: the others wait
//             for it, or for whoever is started in its place. Killed while it waits: the barrier breaks
//             and the others are told at once. Killed as the last one, or after it came: all pass.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

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
  explicit Barrier(std::int64_t parties) : state_memory_(words(parties)) {}
  Barrier(create_only_t tag, std::string_view name, std::int64_t parties)
      : state_memory_(tag, name, words(parties)) {}
  Barrier(open_only_t tag, std::string_view name) : state_memory_(tag, name) {}
  Barrier(open_or_create_t tag, std::string_view name, std::int64_t parties)
      : state_memory_(tag, name, words(parties)) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  int wait() { return wait_till(kNever); }
  int wait_for(Timeout timeout) { return wait_till(timeout.deadline()); }
  template <typename C, typename D>
  int wait_until(std::chrono::time_point<C, D> time) {
    return wait_till(to_deadline(time));
  }

  // Breaks it: whoever waits or comes gets BrokenBarrier until reset().
  void abort() {
    const Guard guard(*this);
    break_it();
  }
  // Makes it as new. Whoever waits gets BrokenBarrier.
  void reset() {
    const Guard guard(*this);
    const Round round = now();
    if (round.arrived > 0 || round.broken) next_round(round, kEndedByReset);
  }

  int parties() const {
    return static_cast<int>((state_memory_.bytes() - sizeof(State)) / sizeof(Word));
  }
  // How many have come and wait. Already history when it returns, like broken().
  int n_waiting() const {
    const Round round = now();
    return round.broken ? 0 : static_cast<int>(round.arrived);
  }
  bool broken() const { return now().broken; }

 private:
  using Word = std::atomic<detail::OwnerId>;

  // One store moves all of it: that is the commit of whatever happens here.
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

  // `mutex` guards all of it; `round` and `reset_rounds` are also read without it. Behind it: a word for
  // each party, of which the first `arrived` name those who wait.
  struct alignas(detail::kCacheLine) State {
    detail::Mutex<S> mutex;
    std::atomic<std::uint64_t> round{0};
    std::atomic<std::uint32_t> resets{0};  // how many rounds reset() has ended, and not all parties
    std::atomic<std::uint32_t> reset_rounds[kRemembered]{};  // the last of them: number + 1
    detail::EventCount<S> changed;
  };

  enum End { kPassed, kEndedByReset };

  class Guard {
   public:
    explicit Guard(Barrier& barrier) : state_(*barrier.state_memory_) { (void)state_.mutex.lock(); }
    ~Guard() { state_.mutex.unlock(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    State& state_;
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
  void store(const Round& round) {
    state_memory_->round.store(round.word(), std::memory_order_release);  // commit
  }

  int wait_till(Deadline deadline) {
    Round came;
    std::uint32_t resets = 0;
    {
      const Guard guard(*this);
      came = now();
      resets = state_memory_->resets.load(std::memory_order_relaxed);
      if (came.broken) throw_broken();
      if (came.arrived + 1 >= static_cast<std::uint32_t>(parties())) {
        if (somebody_died(came.number)) {
          break_it();
          throw_broken();
        }
        next_round(came, kPassed);
        return static_cast<int>(came.arrived);
      }
      party(came.arrived).store(detail::self<S>(), std::memory_order_relaxed);
      store({came.number, false, came.arrived + 1});
    }
    const auto changed = [&] {
      const Round round = now();
      return round.number != came.number || round.broken;
    };
    while (!changed()) {
      const bool in_time =
          state_memory_->changed
              .wait(deadline, detail::kNoCpu, changed, [&] { return somebody_died(came.number); })
              .has_value();
      if (changed()) break;
      const Guard guard(*this);
      if (!in_time || somebody_died(came.number)) break_it(came.number);
    }
    if (now().number == came.number || was_reset(came.number, resets)) throw_broken();
    return static_cast<int>(came.arrived);
  }

  [[noreturn]] static void throw_broken() {
    throw BrokenBarrier(
        "gilfree::Barrier::wait: a party died, was late, or aborted; reset() it to go on");
  }

  void break_it() {
    Round round = now();
    round.broken = true;
    store(round);
    state_memory_->changed.notify_if_waiting();
  }
  void break_it(std::uint32_t number) {
    if (now().number == number) break_it();
  }

  void next_round(const Round& ended, End how) {
    const auto resets = state_memory_->resets.load(std::memory_order_relaxed);
    if (how == kEndedByReset) {
      state_memory_->resets.store(resets + 1, std::memory_order_relaxed);
      reset_round(resets).store(ended.number + 1, std::memory_order_release);  // overwritten
    } else if (reset_round(resets - 1).load(std::memory_order_relaxed) == ended.number + 1) {
      reset_round(resets - 1).store(0, std::memory_order_relaxed);  // somebody died in a reset()
    }
    store({(ended.number + 1) & 0x7fffffffu, false, 0});
    state_memory_->changed.notify_if_waiting();
  }
  std::atomic<std::uint32_t>& reset_round(std::uint32_t reset) const {
    return state_memory_->reset_rounds[reset % kRemembered];
  }
  // For one who came when there had been `before` resets.
  bool was_reset(std::uint32_t number, std::uint32_t before) const {
    const auto resets = [&] { return state_memory_->resets.load(std::memory_order_relaxed); };
    for (auto reset = before; reset != resets(); ++reset) {
      const auto round = reset_round(reset).load(std::memory_order_acquire);  // overwritten
      if (round == number + 1 || resets() - before > kRemembered) return true;
    }
    return false;
  }

  bool somebody_died(std::uint32_t number) const {
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
};

}  // namespace gilfree
