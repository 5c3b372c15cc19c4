// WaitQueue: the waiters of a Condition, and which of them have been notified.
//
//   Waiter& mine = queue.join();             // holding the condition's lock
//   queue.await(mine, deadline);             // not holding it: until notified, or too late
//   queue.leave(mine);                       // holding it again
//   queue.notify(2);                         // holding it: the two that have waited longest
//
// Each waiter has a place of its own with its own event count, so exactly the notified ones wake. The
// condition's lock guards everything except `notified_before_`, which its waiter reads without it.
//
//   | who_      | notified_before_ | the place is                    | next                            |
//   | none      | any              | free                            | waiting: join()                 |
//   | W         | 0                | of W, waiting                   | notified: notify(); free: W     |
//   |           |                  |                                 | leaves, or is dead              |
//   | W, alive  | a ticket         | of W, notified                  | free: W leaves                  |
//   | W, dead   | a ticket         | a notification to be passed on  | free: to a waiter that came     |
//   |           |                  |                                 | before that ticket, if any      |
//
// Crash       A dead waiter's place is taken by the next that joins. If it had been notified and had not
//             left, each waiter notices (detail/wait/parker.h), and the first one passes it on.
#pragma once

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
    bool is_notified() const { return notified_before_.load(std::memory_order_acquire) != 0; }

   private:
    friend WaitQueue;
    std::uint32_t ticket() const { return ticket_.load(std::memory_order_relaxed); }
    bool waits() const { return has_owner() && !is_notified(); }
    bool has_owner() const { return who_.load(std::memory_order_relaxed) != kNoOwner; }
    bool has_died() const { return is_dead<S>(who_.load(std::memory_order_relaxed)); }
    void vacate() { who_.store(kNoOwner, std::memory_order_relaxed); }

    std::atomic<OwnerId> who_{kNoOwner};             // the waiter whose place it is
    std::atomic<std::uint32_t> notified_before_{0};  // 0: not. Else the first ticket it was not for
    std::atomic<std::int32_t> notifier_cpu_{kNoCpu};
    std::atomic<std::uint32_t> ticket_{0};  // smaller came earlier, as differences go
    EventCount<S> event_count_;
  };

  Waiter& join() {
    for (std::uint32_t at = 0; at < kMost; ++at) {
      Waiter& place = places_[at];
      if (place.has_owner() && !(place.has_died() && !place.is_notified())) continue;
      if (at >= used()) used_.store(at + 1, std::memory_order_relaxed);
      place.notified_before_.store(0, std::memory_order_relaxed);
      place.ticket_.store(next_ticket(), std::memory_order_relaxed);
      next_ticket_ = place.ticket_.load(std::memory_order_relaxed) + 1;
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
    const auto hopeless = [&] { return a_dead_waiter_was_notified(); };
    return mine.event_count_.wait_alone(deadline, notified, hopeless) != Waited::kTooLate;
  }
  // True if the notifier last ran on this CPU: it can go on only if the waiter lets it.
  bool was_notified_here(const Waiter& mine) const {
    return mine.is_notified() && mine.notifier_cpu_.load(std::memory_order_relaxed) == this_cpu();
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
    const auto before = next_ticket();
    while (waiters > 0 && notify_first(before)) --waiters;
  }

  // A notification that a dead waiter did not return with is for those that were waiting when it was
  // given, and for no later one.
  void pass_on_notifications_of_the_dead() {
    for (std::uint32_t at = 0; at < used(); ++at) {
      Waiter& place = places_[at];
      if (!place.is_notified() || !place.has_owner() || !place.has_died()) continue;
      // Notify first: a death in between notifies two waiters rather than none.
      (void)notify_first(place.notified_before_.load(std::memory_order_relaxed));
      place.vacate();
    }
  }

 private:
  std::uint32_t used() const {
    const auto used = used_.load(std::memory_order_relaxed);
    return used < kMost ? used : kMost;  // whatever an unrelated process has written there
  }

  // Never 0, which would say that a waiter is not notified.
  std::uint32_t next_ticket() const { return next_ticket_ == 0 ? 1 : next_ticket_; }

  // Notifies the longest waiting of those with a ticket before this one. False if there is none.
  bool notify_first(std::uint32_t before) {
    Waiter* first = longest_waiting(before);
    if (first == nullptr) return false;
    first->notifier_cpu_.store(this_cpu(), std::memory_order_relaxed);
    first->notified_before_.store(before, std::memory_order_release);  // commit
    first->event_count_.notify_if_waiting();
    return true;
  }

  Waiter* longest_waiting(std::uint32_t before) {
    Waiter* first = nullptr;
    for (std::uint32_t at = 0; at < used(); ++at) {
      Waiter& place = places_[at];
      if (!place.waits()) continue;
      if (place.has_died()) {
        place.vacate();
      } else if (came_before(place, before) &&
                 (first == nullptr || came_before(place, first->ticket()))) {
        first = &place;
      }
    }
    return first;
  }
  static bool came_before(const Waiter& one, std::uint32_t ticket) {
    return static_cast<std::int32_t>(one.ticket() - ticket) < 0;
  }

  bool a_dead_waiter_was_notified() const {
    for (std::uint32_t at = 0; at < used(); ++at) {
      const Waiter& place = places_[at];
      if (place.is_notified() && place.has_owner() && place.has_died()) return true;
    }
    return false;
  }

  std::uint32_t next_ticket_ = 1;
  std::atomic<std::uint32_t> used_{0};  // places from here on are free
  Waiter places_[kMost];
};

}  // namespace gilfree::detail
