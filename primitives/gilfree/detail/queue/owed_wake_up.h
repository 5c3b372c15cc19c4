// OwedWakeUp: passes a wake-up on that its receiver may not have used up.
//
//   OwedWakeUp<S> wake_up(event_count);
//   wake_up.after(event_count.wait(...));    // it slept: a notify_one() has woken it
//   ...                                      // takes what it waited for, or leaves by an exception
//                                            // the destructor notifies the next waiter
//
// notify_one() wakes one waiter, which then owes the others a wake-up as long as there is something
// left for them. This does not depend on how the waiter leaves: a Codec, a Compare or a copy that
// throws must not make the others sleep beside a queue that has room or items.
#pragma once

#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class OwedWakeUp {
 public:
  explicit OwedWakeUp(EventCount<S>& event_count) : event_count_(event_count) {}
  ~OwedWakeUp() {
    if (is_owed_) [[unlikely]]
      event_count_.notify_one();
  }
  OwedWakeUp(const OwedWakeUp&) = delete;
  OwedWakeUp& operator=(const OwedWakeUp&) = delete;

  void after(Waited waited) { is_owed_ = is_owed_ || waited == Waited::kAsleep; }
  bool is_owed() const { return is_owed_; }
  // Nothing is left for another waiter.
  void cancel() { is_owed_ = false; }

 private:
  EventCount<S>& event_count_;
  bool is_owed_ = false;
};

}  // namespace gilfree::detail
