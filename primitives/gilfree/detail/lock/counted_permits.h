// CountedPermits: the permits of a semaphore as a number; BoundedCount: no more than there were at first.
//
//   if (permits.try_take() || permits.take_until(deadline)) ...
//   permits.give_back(n);                 // all n or, with an exception, none; wakes those that wait
//
// As glibc's semaphore since 2.21: the number and the bit by which waiters ask to be woken are one word, so
// giving back is one atomic step, and what follows it uses the word's address alone. A thread that gets
// the permit may therefore destroy the semaphore at once.
//
//   | number | kSleeps | means                          | next                                           |
//   | 0      | no      | none to take                   | give_back(): more; a waiter: kSleeps           |
//   | 0      | yes     | and a thread may sleep         | give_back(): more, and wakes                   |
//   | > 0    | no      | some to take                   | a taker: one less                              |
//   | > 0    | yes     | and a wake-up is on its way    | a taker: one less, and kSleeps cleared         |
//
// 1. A waiter sets kSleeps by a read-modify-write and sleeps only if the number was 0 then, on the word as it
//    left it. give_back() changes the word in the step that reads kSleeps. So it wakes that waiter, or the
//    waiter does not fall asleep: no fence is needed.
// 2. A taker clears kSleeps, so that no one else makes a system call while the wake-up is on its way. A
//    waiter that has slept sets it again if others wait, whether it got a permit or not, and wakes one of
//    them if it leaves permits behind.
// 3. `waiters` is counted by the waiters alone. If one is killed it stays too high, which sets kSleeps too
//    often: a system call too many, never one too few.
//
// Crash       Killed in give_back(): the permits are there or they are not. If it was killed before it
//             woke a waiter, the waiters look again (detail/wait/parker.h).
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/futex.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// Returns `value`; throws std::invalid_argument if a semaphore cannot have so many permits.
std::size_t checked_permits(std::int64_t value, std::int64_t most);
[[noreturn]] void throw_permit_overflow();
[[noreturn]] void throw_released_too_often();

inline constexpr std::int64_t kMostCounted = 0x7fffffff, kMostOwned = 1 << 20;

template <Scope S>
class CountedPermits {
 public:
  struct alignas(kCacheLine) State {
    explicit State(std::int64_t value = 0) : word(static_cast<std::uint64_t>(value) * kOne) {}

    std::atomic<std::uint64_t> word;  // | number: 63 bits | kSleeps: 1 |
    std::atomic<std::uint32_t> waiters{0};
  };

  template <typename StateMemory>
  explicit CountedPermits(const StateMemory& home) : state_(*home) {}
  // Returns the bytes that follow the state; throws if there may not be so many permits.
  static std::size_t extra(std::int64_t value) { return checked_permits(value, kMostCounted) * 0; }

  bool try_take() {
    auto word = state_.word.load(std::memory_order_relaxed);
    while (word >= kOne) {
      if (state_.word.compare_exchange_weak(word, (word - kOne) & ~kSleeps,
                                            std::memory_order_acquire, std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }
  // Asks whether the holders live: here they are not known.
  bool reclaim_all() { return false; }
  // The same as try_take, waiting for a permit.
  [[gnu::noinline]] bool take_until(Deadline deadline) {
    for (Parker<S> parker; deadline != kNow;) {
      for (auto spin = SpinPolicy::among_many(kNoCpu); spin.keep_spinning();) {
        if (try_take()) return true;
      }
      const bool is_late = has_passed(deadline);
      if (sleep_and_take(parker, is_late ? kNow : deadline)) return true;
      if (is_late) return false;
    }
    return false;
  }

  // Gives back and wakes. Does not touch the state after the step that gives back.
  void give_back(std::int64_t permits) {
    // One is added without looking, since a load between two atomic steps costs half of one. The number
    // has room for one more from each thread, and no taker can tell kMostCounted from more.
    if (permits != 1) [[unlikely]]
      return give_back_up_to(kMostCounted, permits);
    State& state = state_;
    const auto before = state.word.fetch_add(kOne, std::memory_order_release);  // commit
    if ((before & kSleeps) != 0 || before >= kFull) [[unlikely]]
      wake_one_or_undo(state, before);
  }

  std::int64_t value() const { return number(state_.word.load(std::memory_order_relaxed)); }

 protected:
  // All of them in one step, or none and an exception.
  void give_back_up_to(std::int64_t most, std::int64_t permits) {
    State& state = state_;
    auto word = state.word.load(std::memory_order_relaxed);
    do {
      if (permits > most - number(word)) throw_permit_overflow();
    } while (!state.word.compare_exchange_weak(
        word, word + static_cast<std::uint64_t>(permits) * kOne,  // commit
        std::memory_order_release, std::memory_order_relaxed));
    if ((word & kSleeps) != 0) {
      permits == 1 ? Kernel<S>::wake_one(futex(state)) : Kernel<S>::wake_all(futex(state));
    }
  }

 private:
  static constexpr std::uint64_t kSleeps = 1, kOne = 2, kFull = kOne * kMostCounted;

  static std::int64_t number(std::uint64_t word) { return static_cast<std::int64_t>(word / kOne); }

  // What the kernel compares: the half with kSleeps and the lowest 31 bits of the number.
  static std::atomic<std::uint32_t>& futex(State& state) {
    static_assert(std::endian::native == std::endian::little, "the low half comes first");
    void* const low = &state.word;
    return *static_cast<std::atomic<std::uint32_t>*>(low);
  }

  [[gnu::noinline]] static void wake_one_or_undo(State& state, std::uint64_t before) {
    if (before < kFull) return Kernel<S>::wake_one(futex(state));
    state.word.fetch_sub(kOne, std::memory_order_relaxed);
    Kernel<S>::wake_all(futex(state));  // one that took its lowest 31 bits for 0 meanwhile
    throw_permit_overflow();
  }

  // Sleeps unless there is a permit, or `deadline` is kNow. Then takes one if it can.
  bool sleep_and_take(Parker<S>& parker, Deadline deadline) {
    state_.waiters.fetch_add(1, std::memory_order_relaxed);  // before the word: see others_wait()
    const auto word = state_.word.fetch_or(kSleeps, std::memory_order_acq_rel) | kSleeps;
    if (word < kOne && deadline != kNow) {
      parker.park(futex(state_), static_cast<std::uint32_t>(word), deadline);
    }
    const bool is_taken = take_beside_others();
    state_.waiters.fetch_sub(1, std::memory_order_relaxed);
    return is_taken;
  }

  // For a counted waiter. Whatever woke it cleared kSleeps, or a taker did: it sets the bit again if
  // others wait. It may not clear it where there is no permit, since then no wake-up is on its way.
  bool take_beside_others() {
    auto word = state_.word.load(std::memory_order_acquire);
    while (true) {
      const auto flag = others_wait() ? kSleeps : 0;
      if (word < kOne) {
        if (flag == 0 || (word & kSleeps) != 0) return false;
        word = state_.word.fetch_or(kSleeps, std::memory_order_acq_rel) | kSleeps;
      } else if (const auto left = ((word - kOne) & ~kSleeps) | flag;
                 state_.word.compare_exchange_weak(word, left, std::memory_order_acq_rel,
                                                   std::memory_order_acquire)) {
        if (flag != 0 && left >= kOne) Kernel<S>::wake_one(futex(state_));
        return true;
      }
    }
  }
  // After the word was read: a waiter that set kSleeps before that is counted.
  bool others_wait() const { return state_.waiters.load(std::memory_order_relaxed) > 1; }

  State& state_;
};

// Between threads, where no thread is killed alone: a number that may not exceed its first value.
class BoundedCount : public CountedPermits<Threads> {
 public:
  template <typename StateMemory>
  explicit BoundedCount(const StateMemory& home) : CountedPermits(home), bound_(value()) {}
  static std::size_t extra(std::int64_t value) { return checked_permits(value, kMostOwned) * 0; }
  void give_back(std::int64_t permits);

 private:
  std::int64_t bound_;
};

}  // namespace gilfree::detail
