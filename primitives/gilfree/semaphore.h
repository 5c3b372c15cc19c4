// Semaphore: a number of permits; acquire takes one, waiting while there is none, release gives back.
//
//   mp::Semaphore printers(2);
//   {
//     const gilfree::Permit permit(printers);         // acquire, and release at the end
//     print(page);
//   }
//   if (printers.try_acquire_for(10s)) print(page), printers.release();
//
// Python's multiprocessing.Semaphore and BoundedSemaphore, threading.Semaphore and BoundedSemaphore.
// Any thread may release, not only the one that acquired. A BoundedSemaphore holds as many permits as it
// was made with and knows, across processes, which process has each.
//
// Order       None: a running thread may overtake one that is waking.
// Cost        Semaphore: one atomic read-modify-write to acquire, one to release. BoundedSemaphore
//             across processes: the same, and a search among its permits, which finds at once what was
//             used last, and where it finds none looks again until nothing has moved between two looks;
//             8 bytes a permit. No system call unless a thread has to sleep or be woken.
// Blocking    acquire waits while there is no permit: it spins for 50 us at most, then sleeps. try_acquire
//             never waits, but asks the kernel whether the processes live that have the permits of a
//             BoundedSemaphore, about 20 us each; try_acquire_for and _until wait at most that long. They
//             fail only if at one moment of the call there was no permit.
// Errors      std::invalid_argument: a negative number of permits, or more than 2^31 - 1 (bounded:
//             2^20); release of none; a negative timeout. BoundedSemaphore: std::logic_error for one
//             release too many. Semaphore: std::overflow_error above 2^31 - 1. A release that throws
//             gives back nothing, also not for a moment.
// Visibility  release synchronizes with the acquire that takes the permit. It does not touch a Semaphore
//             after the step that gives the permits back: "acquire what another thread releases, then
//             destroy it" is safe, as with std::counting_semaphore, and with a BoundedSemaphore between
//             threads. Destroy one across processes only when each thread of this process has returned
//             from its release.
// Crash       A process may be killed at any instruction. A permit of a Semaphore that it held is lost,
//             as in Python, since any process might release it. A BoundedSemaphore takes it back: at
//             once where a thread waits for one, and for value() and acquire whenever they look. A
//             thread that ends takes none with it while its process lives.
#pragma once

#include "gilfree/version.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "gilfree/deadline.h"
#include "gilfree/detail/lock/counted_permits.h"
#include "gilfree/detail/lock/permits.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/named.h"
#include "gilfree/scope.h"

namespace gilfree {

namespace detail {

// What both kinds have in common.
template <typename Permits, Scope S>
class AnySemaphore {
 public:
  // A semaphore of `value` permits, by itself or under a name. One that exists keeps its permits.
  explicit AnySemaphore(std::int64_t value = 1)
      : state_memory_(Permits::extra(value), value), permits_(state_memory_) {}
  AnySemaphore(create_only_t tag, std::string_view name, std::int64_t value = 1)
      : state_memory_(tag, name, Permits::extra(value), value), permits_(state_memory_) {}
  AnySemaphore(open_only_t tag, std::string_view name)
      : state_memory_(tag, name), permits_(state_memory_) {}
  AnySemaphore(open_or_create_t tag, std::string_view name, std::int64_t value = 1)
      : state_memory_(tag, name, Permits::extra(value), value), permits_(state_memory_) {}
  AnySemaphore(const AnySemaphore&) = delete;
  AnySemaphore& operator=(const AnySemaphore&) = delete;

  // Takes a permit, waiting for one if there is none.
  void acquire() { (void)acquire_until(kNever); }
  // The same without waiting, or waiting at most that long. Return false if there was none by then.
  [[nodiscard]] bool try_acquire() {
    return permits_.try_take() || (permits_.reclaim_all() && permits_.try_take());
  }
  [[nodiscard]] bool try_acquire_for(Timeout timeout) { return acquire_until(timeout.deadline()); }
  template <typename C, typename D>
  [[nodiscard]] bool try_acquire_until(std::chrono::time_point<C, D> time) {
    return acquire_until(to_deadline(time));
  }

  // Gives back one permit or several, all in one step.
  // Any thread may call it. Throws, and gives back none, if that were more than there may be.
  void release(std::int64_t permits = 1) {
    if (permits < 1) {
      throw std::invalid_argument("gilfree::Semaphore::release: at least one permit");
    }
    permits_.give_back(permits);
  }

  // Returns how many permits there are to take. May have changed when it returns.
  std::int64_t value() { return permits_.value(); }

 private:
  bool acquire_until(Deadline deadline) {
    if (permits_.try_take()) [[likely]]
      return true;
    return permits_.take_until(deadline);
  }

  StateMemory<typename Permits::State, S> state_memory_;
  Permits permits_;
};

template <typename S>
using BoundedPermits = std::conditional_t<S::kAcrossProcesses, OwnedPermits, BoundedCount>;

}  // namespace detail

// acquire, try_acquire, release and value: AnySemaphore, above.
template <Scope S = Processes>
class Semaphore : public detail::AnySemaphore<detail::CountedPermits<S>, S> {
 public:
  using detail::AnySemaphore<detail::CountedPermits<S>, S>::AnySemaphore;
};

// The same members. Never has more permits than it was made with.
template <Scope S = Processes>
class BoundedSemaphore : public detail::AnySemaphore<detail::BoundedPermits<S>, S> {
 public:
  using detail::AnySemaphore<detail::BoundedPermits<S>, S>::AnySemaphore;
};

// Takes a permit and gives it back at the end of its lifetime, as std::lock_guard does with a lock.
template <typename AnySemaphore>
class [[nodiscard]] Permit {
 public:
  explicit Permit(AnySemaphore& semaphore) : semaphore_(semaphore) { semaphore_.acquire(); }
  ~Permit() { semaphore_.release(); }  // NOLINT(bugprone-exception-escape)
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

 private:
  AnySemaphore& semaphore_;
};

}  // namespace gilfree
