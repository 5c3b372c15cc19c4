// wakeup: what its contenders are, how they are measured, and how they are registered.
//
// A contender is an event, a condition variable, a semaphore or a barrier. Each is made before the
// workers start, where both see it, and is measured as a Signal: what one worker waits for and the
// other one wakes it by. A new one is a file in contenders/:
//
//   struct Bell {
//     static constexpr Facts kFacts{...};
//     void wait();
//     void wake();
//     void rearm();     // only if the waiter must make it ready for the next wait
//   };
//   const Registration registered = add_event<Bell, WorkerKind::kThreads>();
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/semaphore_pool.h"
#include "scenarios/signals.h"
#include "scenarios/wakeup_pairs.h"

namespace scenarios {

// Any signal, for tests: each operation is a virtual call.
class AnySignal {
 public:
  virtual ~AnySignal() = default;
  virtual void wait() = 0;
  virtual void wake() = 0;
  virtual void rearm() = 0;
};

// Its variant is the operation that wakes: event_set, condition_notify_one ...
struct WakeupContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnySignal>;

  std::function<void(harness::Run&, const CpuPair&)> measure;
  std::function<Made()> make;  // empty for programs of CPython
};

template <typename Pair>
void measure_pair(harness::Run& run, WorkerKind kind, const CpuPair& cpus) {
  Pair pair;
  WorkerGroup group(kind);
  group.start("waker", cpus.one, [&] { pair.lead(run); });
  group.start("waiter", cpus.other, [&] { pair.follow(run); });
  group.measure(run);
  if (run.tally(0).ops + run.tally(1).ops == 0) {
    throw std::runtime_error(run.text("waiter") == "asleep" ? "the waiter never slept"
                                                            : "no wake-up was measured");
  }
}

template <Signal G, WorkerKind K, typename HotPair = PingPong<G, K>>
void measure_signal(harness::Run& run, const CpuPair& cpus) {
  if (run.text("waiter") == "hot") {
    measure_pair<HotPair>(run, K, cpus);
  } else {
    measure_pair<SleepAndWake<G, K>>(run, K, cpus);
  }
}

template <Signal G, WorkerKind K>
class ErasedSignal : public AnySignal {
 public:
  void wait() override { signal_->wait(); }
  void wake() override { signal_->wake(); }
  void rearm() override { scenarios::rearm(*signal_); }

 private:
  SharedObject<G, K> signal_;
};

template <Signal G, WorkerKind K, typename HotPair = PingPong<G, K>>
Registration add_wakeup(std::string_view operation) {
  WakeupContender entry(G::kFacts, K, operation);
  entry.measure = measure_signal<G, K, HotPair>;
  entry.make = [] { return std::make_unique<ErasedSignal<G, K>>(); };
  return Roster<WakeupContender>::add(std::move(entry));
}

template <Signal G, WorkerKind K>
Registration add_event() {
  return add_wakeup<G, K>("event_set");
}

template <ConditionVariable C, WorkerKind K>
Registration add_condition() {
  add_wakeup<Notification<C, K, false>, K>("condition_notify_one");
  return add_wakeup<Notification<C, K, true>, K>("condition_notify_all");
}

// A semaphore as a signal; in semaphore_pool it is registered by add_semaphore().
template <Permits C, WorkerKind K>
Registration add_release() {
  return add_wakeup<PermitSignal<C, K>, K>("semaphore_release");
}

template <Rendezvous C, WorkerKind K>
Registration add_barrier() {
  return add_wakeup<BarrierSignal<C, K>, K, BarrierRounds<C, K>>("barrier_round");
}

}  // namespace scenarios
