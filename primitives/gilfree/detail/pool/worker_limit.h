// WorkerLimit: keeps no more workers awake than there are CPUs while tasks are short and do not block.
//
//   offer(task);   limit.notify_one(offered);                                // the submitter
//
//   meter.begin();   task.run();   meter.end();                              // a worker, for each task
//   limit.wait(offered, has_task, closing);                                  // until either
//
// A worker that is woken for a task of a microsecond costs more than the task. With more workers than
// CPUs it also brings nothing: the task would be done sooner by one that is awake. Workers that may block
// are another matter: each of them may be needed. So the limit is on only while most of the measured tasks
// are short and do not give up their core, and it may be wrong about the next one:
//
//   | state | tasks measured lately        | a task is offered | one is left by a worker | a worker without task  |
//   | off   | some long, some blocked, or  | wakes one         | wakes one               | spins, then sleeps     |
//   |       | too few                      |                   |                         |                        |
//   | on    | most short, few blocked      | wakes one if none | wakes one if fewer than | sleeps at once if more |
//   |       |                              | is awake          | `cpus` are awake        | than `cpus` are awake  |
//
// 1. off -> on: by a worker that has measured a short task, once the balance of short and long ones allows.
// 2. on -> off: by a worker that has measured a long one, likewise; or by the sentry, one of the sleeping
//    workers, which looks every kPeriod: fewer workers have measured a task since its last look than
//    are awake, so one of them may be in a long task. It then wakes one worker, and that one the next.
// 3. A worker that is counted as asleep has looked for tasks after that (event_count.h). So one that a
//    submitter counts as awake takes the task that was offered before, unless it is in a long task.
//    The same holds for the sentry, by a fence of its own.
// 4. A worker looks for a vacant post of sentry when it looks for tasks; switch_on() wakes one for it. While
//    the post is vacant, workers are woken as if the limit were off.
//
// Crash       A dead worker counts as asleep, or is replaced by one that looks for tasks first. The
//             supervisor removes a dead sentry (release()), and its successor takes the post. While a
//             sentry is stopped (SIGSTOP), a task may wait for those that are awake, as for a stopped worker.
#pragma once

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/process.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <Scope S>
class WorkerLimit {
 public:
  explicit WorkerLimit(int workers) : workers_(workers), cpus_(cpu_count()) {}

  // After a task was offered: wakes a worker, unless one that is awake takes it soon.
  void notify_one(EventCount<S>& offered) const { notify_unless_awake(offered, 1); }
  // For a worker that has taken a task and leaves another: wakes one, unless enough are awake.
  void notify_next(EventCount<S>& offered) const { notify_unless_awake(offered, cpus_); }

  // For a worker that has found nothing to do: returns once has_task() or closing() may be true.
  template <typename HasTask, typename Closing>
  void wait(EventCount<S>& offered, HasTask has_task, Closing closing) {
    if (wants_sentry()) stand_sentry(offered, has_task, closing);
    const bool is_surplus = is_on() && awake(offered) > cpus_;
    offered.wait(kNever,
                 is_surplus ? SpinPolicy::sleeping_at_once() : SpinPolicy::among_many(kNoCpu),
                 [&] { return has_task() || closing() || wants_sentry(); });
  }
  // Ends the sentry's wait: closing() has become true.
  void close() { ended_.notify_all(); }
  // The thread no longer stands sentry: it has left, or died.
  void release(OwnerId sentry) {
    (void)sentry_.compare_exchange_strong(sentry, kNoOwner, std::memory_order_acq_rel);
  }
  // No worker is left.
  void reset() {
    on_.store(false, std::memory_order_relaxed);
    sentry_.store(kNoOwner, std::memory_order_relaxed);
  }

 private:
  template <Scope Of>
  friend class TaskMeter;

  // Longer than a period of the kernel's tick: see kUnwatched (parker.h).
  static constexpr auto kPeriod = std::chrono::milliseconds(5);
  // Up to one measured task in five may be long: one takes longer when its pages are used for the first time.
  static constexpr int kEnough = 16, kMostBalance = 32, kLongCosts = 4;

  void notify_unless_awake(EventCount<S>& offered, int enough) const {
    if (!offered.has_waiters()) [[likely]]
      return;
    if (is_on() && has_sentry() && awake(offered) >= enough) return;
    offered.notify_one_slow();
  }

  bool is_on() const { return on_.load(std::memory_order_relaxed); }
  // Workers that look for tasks or run one; fewer than that if sleepers were killed.
  int awake(const EventCount<S>& offered) const {
    return workers_ - static_cast<int>(offered.sleepers()) - (has_sentry() ? 1 : 0);
  }

  bool has_sentry() const { return sentry_.load(std::memory_order_relaxed) != kNoOwner; }
  bool wants_sentry() const { return is_on() && !has_sentry(); }

  // Looks every kPeriod until the limit is off or closing().
  template <typename HasTask, typename Closing>
  void stand_sentry(EventCount<S>& offered, HasTask has_task, Closing closing) {
    OwnerId none = kNoOwner;
    if (!sentry_.compare_exchange_strong(none, self<S>(), std::memory_order_acq_rel)) return;
    // A submitter that has counted the sentry as awake has offered its task before this.
    (void)Kernel<S>::heavy_fence();
    bool is_over = has_task();
    while (!is_over && is_on()) {
      measured_.store(0, std::memory_order_relaxed);
      period_.fetch_add(1, std::memory_order_relaxed);
      const auto ended = [&] { return !is_on() || closing(); };
      is_over =
          ended_.wait(after(kPeriod), SpinPolicy::sleeping_at_once(), ended) != Waited::kTooLate;
      const int expected = std::clamp(awake(offered), 1, cpus_);
      if (measured_.load(std::memory_order_relaxed) < expected) switch_off(offered);
    }
    release(self<S>());
  }

  bool is_of_use() const { return workers_ > cpus_; }
  void measured(bool is_short, std::uint32_t& last_period, EventCount<S>& offered) {
    if (!is_short) {
      const int left = balance_.load(std::memory_order_relaxed) - kLongCosts;
      balance_.store(std::max(left, 0), std::memory_order_relaxed);
      if (left <= 0) switch_off(offered);
      return;
    }
    const auto period = period_.load(std::memory_order_relaxed);
    if (std::exchange(last_period, period) != period) {
      measured_.fetch_add(1, std::memory_order_relaxed);
    }
    if (const int balance = balance_.load(std::memory_order_relaxed); balance < kMostBalance) {
      balance_.store(balance + 1, std::memory_order_relaxed);  // one lost to a race does not matter
      if (balance >= kEnough && !is_on()) switch_on(offered);
    }
  }
  void switch_on(EventCount<S>& offered) {
    on_.store(true, std::memory_order_release);
    offered.notify_one();  // it becomes the sentry
  }
  void switch_off(EventCount<S>& offered) {
    if (!on_.exchange(false, std::memory_order_acq_rel)) return;
    balance_.store(0, std::memory_order_relaxed);
    ended_.notify_all();
    offered.notify_one();
  }

  const int workers_, cpus_;
  alignas(kApart) std::atomic<bool> on_{false};
  std::atomic<OwnerId> sentry_{kNoOwner};
  std::atomic<std::uint32_t> period_{0};
  std::atomic<int> balance_{0};                   // of short and long tasks that were measured
  EventCount<S> ended_;                           // of the sentry
  alignas(kApart) std::atomic<int> measured_{0};  // workers, in this period
};

// A worker's measurement of some of its tasks: of the time on the CPU that each takes, whatever else runs
// there, and of whether it has given up its core.
template <Scope S>
class TaskMeter {
 public:
  TaskMeter(WorkerLimit<S>& limit, EventCount<S>& offered) : limit_(limit), offered_(offered) {}

  // Call these before and after a task.
  void begin() {
    if (--left_ > 0) [[likely]]
      return;
    if (!limit_.is_of_use()) {
      left_ = std::numeric_limits<int>::max();
      return;
    }
    begun_ = used();
  }
  void end() {
    if (left_ > 0) [[likely]]
      return;
    left_ = limit_.is_on() ? kEvery : kEveryWhileOff;
    const Used now = used();
    limit_.measured(now.time - begun_.time <= kShort && now.switches == begun_.switches,
                    last_period_, offered_);
  }

 private:
  // A measurement takes about a microsecond. With these, a worker measures one in half a period.
  static constexpr int kEvery = 64, kEveryWhileOff = 4;
  static constexpr auto kShort = std::chrono::microseconds(40);

  // By this thread.
  struct Used {
    std::chrono::nanoseconds time{};
    long switches = 0;  // voluntary
  };
  static Used used() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return {std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec),
            used.ru_nvcsw};
  }

  WorkerLimit<S>& limit_;
  EventCount<S>& offered_;
  int left_ = 1;
  std::uint32_t last_period_ = 0;
  Used begun_;
};

}  // namespace gilfree::detail
