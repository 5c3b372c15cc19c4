// Abseil: between threads. Optional: without it the rows say so.
#pragma once

#include "scenarios/contenders/synchronisation.h"

#if __has_include(<absl/synchronization/mutex.h>)
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <optional>

namespace scenarios {

class AbseilMutex {
 public:
  static constexpr Facts kFacts{.name = "absl_mutex", .primitive = "lock", .wait = "adaptive"};
  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }

 private:
  absl::Mutex mutex_;
};

class AbseilCondition {
 public:
  static constexpr Facts kFacts{.name = "absl_condvar", .primitive = "condition", .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;
  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }
  void wait() { condition_.Wait(&mutex_); }
  void notify_one() { condition_.Signal(); }
  void notify_all() { condition_.SignalAll(); }

 private:
  absl::Mutex mutex_;
  absl::CondVar condition_;
};

// Good for one use, so the waiter makes it anew each time. Its destructor waits for who still
// notifies.
class AbseilNotification {
 public:
  static constexpr Facts kFacts{.name = "absl_notification", .primitive = "event", .wait = "block"};
  AbseilNotification() { rearm(); }
  void wait() { notification_->WaitForNotification(); }
  void wake() { notification_->Notify(); }
  void rearm() { notification_.emplace(); }

 private:
  std::optional<absl::Notification> notification_;
};

}  // namespace scenarios

#else

namespace scenarios {

[[noreturn]] inline void no_abseil() {
  throw harness::Skipped("built without Abseil; install libabsl-dev and build again");
}

struct AbseilMutex {
  static constexpr Facts kFacts{.name = "absl_mutex", .primitive = "lock", .wait = "adaptive"};
  AbseilMutex() { no_abseil(); }
  void lock() {}
  void unlock() {}
};

struct AbseilCondition : AbseilMutex {
  static constexpr Facts kFacts{.name = "absl_condvar", .primitive = "condition", .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;
  void wait() {}
  void notify_one() {}
  void notify_all() {}
};

struct AbseilNotification {
  static constexpr Facts kFacts{.name = "absl_notification", .primitive = "event", .wait = "block"};
  AbseilNotification() { no_abseil(); }
  void wait() {}
  void wake() {}
};

}  // namespace scenarios

#endif
