// WaitQueue: who waits on a Condition, and who of them has been notified.
//
//   Waiter& mine = list.join();              // holding the condition's lock
//   list.await(mine, deadline);              // not holding it: until notified, or too late
//   list.leave(mine);                        // holding it again
//   list.notify(2);                            // holding it: the two who have waited longest
//
// Each waiter has a place of its own with a bell of its own, so that exactly who is notified wakes. The
// condition's lock guards everything but `notified`, which its waiter reads without the lock.
//
// Crash       A place names who has it. A dead one's is taken by the next who comes; if the dead one had
//             been notified and had not left, whoever waits notices (detail/wait/parker.h) and passes it on.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <system_error>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class WaitQueue {
 public:
  static constexpr std::uint32_t kMost = 1023;

  class Waiter {
   public:
    bool is_notified() const { return notified_.load(std::memory_order_acquire) != 0; }

   private:
    friend WaitQueue;
    bool waits() const { return has_owner() && !is_notified(); }
    bool has_owner() const { return who_.load(std::memory_order_relaxed) != kNoOwner; }
    bool has_died() const { return is_dead<S>(who_.load(std::memory_order_relaxed)); }
    void vacate() { who_.store(kNoOwner, std::memory_order_relaxed); }

    std::atomic<OwnerId> who_{kNoOwner};  // whose place it is
    std::atomic<std::uint32_t> notified_{0};
    std::atomic<std::int32_t> notifier_cpu_{kNoCpu};
    std::atomic<std::uint32_t> ticket_{0};  // smaller came earlier, as differences go
    EventCount<S> event_count_;
  };

  Waiter& join() {
    for (std::uint32_t at = 0; at < kMost; ++at) {
      Waiter& place = places_[at];
      if (place.has_owner() && !(place.has_died() && !place.is_notified())) continue;
      if (at >= used()) used_.store(at + 1, std::memory_order_relaxed);
      place.notified_.store(0, std::memory_order_relaxed);
      place.ticket_.store(next_ticket_++, std::memory_order_relaxed);
      place.who_.store(self<S>(), std::memory_order_release);  // commit
      return place;
    }
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                            "gilfree::Condition::wait: 1023 wait already; use another Condition");
  }

  // False if the deadline came first. May also return because a dead waiter's notification is to be
  // passed on.
  bool await(Waiter& mine, Deadline deadline) {
    const auto notified = [&] { return mine.is_notified(); };
    const bool in_time =
        mine.event_count_
            .wait(deadline, kNoCpu, notified, [&] { return a_dead_waiter_was_notified(); })
            .has_value();
    // Who notified holds the lock that is wanted next, and does not get on with it while this thread runs
    // in its place.
    if (notified() && mine.notifier_cpu_.load(std::memory_order_relaxed) == this_cpu())
      ::sched_yield();
    return in_time;
  }

  bool leave(Waiter& mine) {
    const bool notified = mine.is_notified();
    mine.vacate();
    auto used = this->used();
    while (used > 0 && !places_[used - 1].has_owner()) --used;
    used_.store(used, std::memory_order_relaxed);
    return notified;
  }

  void notify(std::int64_t waiters) {
    for (; waiters > 0; --waiters) {
      Waiter* first = longest_waiting();
      if (first == nullptr) return;
      first->notifier_cpu_.store(this_cpu(), std::memory_order_relaxed);
      first->notified_.store(1, std::memory_order_release);  // commit
      first->event_count_.notify_if_waiting();
    }
  }

  void pass_on_notifications_of_the_dead() {
    for (std::uint32_t at = 0; at < used(); ++at) {
      Waiter& place = places_[at];
      if (!place.is_notified() || !place.has_owner() || !place.has_died()) continue;
      notify(1);  // first: killed in between, somebody is notified twice rather than nobody
      place.vacate();
    }
  }

 private:
  std::uint32_t used() const {
    const auto used = used_.load(std::memory_order_relaxed);
    return used < kMost ? used : kMost;  // whatever a stranger has written there
  }

  Waiter* longest_waiting() {
    Waiter* first = nullptr;
    for (std::uint32_t at = 0; at < used(); ++at) {
      Waiter& place = places_[at];
      if (!place.waits()) continue;
      if (place.has_died()) {
        place.vacate();
      } else if (first == nullptr || came_before(place, *first)) {
        first = &place;
      }
    }
    return first;
  }
  static bool came_before(const Waiter& one, const Waiter& other) {
    return static_cast<std::int32_t>(one.ticket_.load(std::memory_order_relaxed) -
                                     other.ticket_.load(std::memory_order_relaxed)) < 0;
  }

  bool a_dead_waiter_was_notified() const {
    for (std::uint32_t at = 0; at < used(); ++at) {
      const Waiter& place = places_[at];
      if (place.is_notified() && place.has_owner() && place.has_died()) return true;
    }
    return false;
  }

  std::uint32_t next_ticket_ = 0;
  std::atomic<std::uint32_t> used_{0};  // places from here on are free
  Waiter places_[kMost];
};

}  // namespace gilfree::detail
