// Abseil's mutex, condition variable and notification, between threads. Optional: without Abseil the rows
// say so.
// Links: absl::synchronization
#include "scenarios/single_operation.h"

#if __has_include(<absl/synchronization/mutex.h>)
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <optional>
#endif

namespace scenarios {
namespace {

constexpr Facts kMutex{.name = "absl_mutex",
                       .label = "absl::Mutex",
                       .family = "abseil",
                       .primitive = "lock",
                       .wait = "adaptive"};
constexpr Facts kCondition{.name = "absl_condvar",
                           .label = "absl::CondVar",
                           .family = "abseil",
                           .primitive = "condition",
                           .wait = "block"};
constexpr Facts kNotification{.name = "absl_notification",
                              .label = "absl::Notification",
                              .family = "abseil",
                              .primitive = "event",
                              .wait = "block"};
constexpr WorkerKind kThreads = WorkerKind::kThreads;

#if __has_include(<absl/synchronization/mutex.h>)
// Releases from 2025 on name these two as std::mutex does, and deprecate Lock() and Unlock().
template <typename Mutex>
void lock_mutex(Mutex& mutex) {
  if constexpr (requires { mutex.lock(); }) {
    mutex.lock();
  } else {
    mutex.Lock();
  }
}
template <typename Mutex>
void unlock_mutex(Mutex& mutex) {
  if constexpr (requires { mutex.unlock(); }) {
    mutex.unlock();
  } else {
    mutex.Unlock();
  }
}

class AbseilMutex {
 public:
  static constexpr Facts kFacts = kMutex;
  void lock() { lock_mutex(mutex_); }
  void unlock() { unlock_mutex(mutex_); }

 private:
  absl::Mutex mutex_;
};

class AbseilCondition {
 public:
  static constexpr Facts kFacts = kCondition;
  static constexpr bool kNotifyUnderLock = false;
  void lock() { lock_mutex(mutex_); }
  void unlock() { unlock_mutex(mutex_); }
  void wait() { condition_.Wait(&mutex_); }
  void notify_one() { condition_.Signal(); }
  void notify_all() { condition_.SignalAll(); }

 private:
  absl::Mutex mutex_;
  absl::CondVar condition_;
};

// It serves one use, so the waiter makes it anew each time. Its destructor waits for a notifier that is
// still inside Notify().
class AbseilNotification {
 public:
  static constexpr Facts kFacts = kNotification;
  AbseilNotification() { rearm(); }
  void wait() { notification_->WaitForNotification(); }
  void wake() { notification_->Notify(); }
  void rearm() { notification_.emplace(); }

 private:
  std::optional<absl::Notification> notification_;
};

const Registration registered[] = {
    add_lock<AbseilMutex, kThreads>(),
    add_lock_operation<AbseilMutex, kThreads>(),
    add_condition<AbseilCondition, kThreads>(),
    add_condition_operation<AbseilCondition, kThreads>(),
    add_event<AbseilNotification, kThreads>(),
    add_event_operation<AbseilNotification, kThreads>(),
};
#else
template <typename Entry>
Registration add_without(const Facts& facts, std::string_view variant = "") {
  return add_missing<Entry>("Abseil", "libabsl-dev", facts, kThreads, variant);
}

const Registration registered[] = {
    add_without<LockContender>(kMutex),
    add_without<WakeupContender>(kCondition, "condition_notify_one"),
    add_without<WakeupContender>(kCondition, "condition_notify_all"),
    add_without<WakeupContender>(kNotification, "event_set"),
};
#endif

}  // namespace
}  // namespace scenarios
