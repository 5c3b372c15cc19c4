// EventCountSet: wait at several event_counts at once.
//
//   EventCountSet<S> event_counts({&one, &other});
//   event_counts.wait(deadline, [&] { return one_has_something() || other_has_something(); }, hopeless);
//
// As EventCount::wait. A waiter that is woken may leave what it was woken for to others that sleep on
// the same event count, so it wakes them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/detail/wait/parker.h"
#include "gilfree/detail/wait/spin_policy.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class EventCountSet {
 public:
  explicit EventCountSet(std::vector<EventCount<S>*> event_counts)
      : event_counts_(std::move(event_counts)) {}

  // False if the deadline came first.
  template <typename Ready, typename Hopeless>
  bool wait(Deadline deadline, Ready ready, Hopeless hopeless) {
    if (ready()) return true;
    if (deadline == kNow) return false;
    const void* first = event_counts_.empty() ? nullptr : event_counts_.front();
    for (SpinPolicy spin(kNoCpu, first); spin.keep_spinning();) {
      if (!ready()) continue;
      spin.succeeded();
      return true;
    }
    return sleep(deadline, [&] { return ready() || hopeless(); });
  }

 private:
  // One sleep of a waiter at all of them. Its destructor passes on what the waiter was woken for, also if
  // ready() throws, unless there was nothing.
  class Sleeper {
   public:
    explicit Sleeper(const std::vector<EventCount<S>*>& event_counts)
        : event_counts_(event_counts), heard_(event_counts.size()) {
      for (std::size_t i = 0; i < event_counts_.size(); ++i) {
        auto& epoch = event_counts_[i]->epoch_;
        heard_[i] = {&epoch, epoch.load(std::memory_order_acquire)};
        is_seen_ = event_counts_[i]->waiters_.set() && is_seen_;
      }
    }
    ~Sleeper() {
      leave();
      if (!found_nothing_) pass_on();
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    void park(Parker<S>& parker, Deadline deadline) {
      parker.park_on_any(heard_, is_seen_ ? deadline : std::min(deadline, after(kStoreDelay)));
    }
    void leave() {
      if (std::exchange(has_left_, true)) return;
      for (EventCount<S>* event_count : event_counts_) event_count->waiters_.remove_waiter();
    }
    void found_nothing() { found_nothing_ = true; }

   private:
    void pass_on() const {
      for (std::size_t i = 0; i < event_counts_.size(); ++i) {
        if (heard_[i].word->load(std::memory_order_relaxed) == heard_[i].value) continue;
        if (event_counts_[i]->waiters_.others_may_wait()) event_counts_[i]->notify_all();
      }
    }

    const std::vector<EventCount<S>*>& event_counts_;
    std::vector<WatchedWord> heard_;
    bool is_seen_ = true, has_left_ = false, found_nothing_ = false;
  };

  template <typename Ready>
  bool sleep(Deadline deadline, Ready ready) {
    for (Parker<S> parker;;) {
      Sleeper sleeper(event_counts_);
      if (ready()) return true;
      if (has_passed(deadline)) return false;
      sleeper.park(parker, deadline);
      sleeper.leave();
      if (ready()) return true;
      sleeper.found_nothing();
    }
  }

  std::vector<EventCount<S>*> event_counts_;
};

}  // namespace gilfree::detail
