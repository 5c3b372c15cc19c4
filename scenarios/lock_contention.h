// lock_contention: what its contenders are, how they are measured, and how they are registered.
//
// A Lock admits one holder at a time. It is made before the workers start, where all of them see it.
// A new one is a file in contenders/:
//
//   struct Latch {
//     static constexpr Facts kFacts{...};
//     void lock();
//     void unlock();
//   };
//   const Registration registered = add_lock<Latch, WorkerKind::kThreads>();
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/support/arrivals.h"
#include "scenarios/support/busy_work.h"
#include "scenarios/support/injected_delay.h"
#include "scenarios/support/roster.h"
#include "scenarios/support/sampled_waits.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {

template <typename C>
concept HasFacts = requires {
  { C::kFacts } -> std::convertible_to<Facts>;
};

template <typename C>
concept Exclusion = HasFacts<C> && std::default_initializable<C> && requires(C& lock) {
  lock.lock();
  lock.unlock();
};

// Any lock, for tests: each operation is a virtual call.
class AnyExclusion {
 public:
  virtual ~AnyExclusion() = default;
  virtual void lock() = 0;
  virtual void unlock() = 0;
};

struct LockContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnyExclusion>;

  // One wait in `every` is timed.
  std::function<void(harness::Run&, const std::vector<int>& cpus, std::int64_t every)> measure;
  std::function<Made()> make;  // empty for programs of CPython
};

// What the lock guards: two words that agree unless two workers are inside at once. Atomic only so that
// a lock that fails to exclude is noticed instead of being undefined behaviour.
class GuardedCount {
 public:
  // Counts, with `work` between the two words. Returns false if another worker is inside.
  bool count(const BusyWork& work) {
    const auto before = first_.load(std::memory_order_relaxed);
    const bool agreed = before == second_.load(std::memory_order_relaxed);
    first_.store(before + 1, std::memory_order_relaxed);
    work();
    second_.store(before + 1, std::memory_order_relaxed);
    return agreed;
  }
  bool is(std::uint64_t count) const { return first_ == count && second_ == count; }

 private:
  std::atomic<std::uint64_t> first_{0}, second_{0};
};

// Shared by the workers; all but `guarded` is written when they end.
struct SectionCounters {
  alignas(128) GuardedCount guarded;
  alignas(128) std::atomic<std::uint64_t> sections{0}, collisions{0}, longest_wait{0};
};

template <Exclusion L>
void enter_sections(harness::Run& run, int me, L& lock, SectionCounters& counters,
                    const BusyWork& inside, const BusyWork& outside, std::int64_t every) {
  auto& tally = run.tally(me);
  SampledWaits waits(tally, every);
  std::uint64_t sections = 0, collisions = 0;
  while (run.running()) {
    waits.begin();
    lock.lock();
    waits.end();
    if (!counters.guarded.count(inside)) [[unlikely]]
      ++collisions;
    lock.unlock();
    tally.count(1);
    ++sections;
    outside();
  }
  counters.sections += sections;
  counters.collisions += collisions;
  raise(counters.longest_wait, waits.longest());
}

// The same in an open loop. A response time runs to the end of the section.
template <Exclusion L>
void enter_sections_when_due(L& lock, SectionCounters& counters, const BusyWork& inside,
                             Arrivals arrivals) {
  std::uint64_t sections = 0, collisions = 0, longest = 0;
  while (arrivals.wait()) {
    lock.lock();
    longest = std::max(longest, static_cast<std::uint64_t>(monotonic_ns() - arrivals.began()));
    if (!counters.guarded.count(inside)) [[unlikely]]
      ++collisions;
    lock.unlock();
    arrivals.done();
    ++sections;
  }
  counters.sections += sections;
  counters.collisions += collisions;
  raise(counters.longest_wait, longest);
}

// The delay is added while the lock is held.
template <Exclusion L>
struct DelayedLock : L {
  void lock() {
    L::lock();
    add_delay();
  }
};

template <Exclusion L, WorkerKind K>
void measure_sections(harness::Run& run, const std::vector<int>& cpus, std::int64_t every) {
  SharedObject<L, K> lock;
  SharedObject<SectionCounters, K> counters;
  const BusyWork inside(run["work_in_ns"]), outside(run["work_out_ns"]);
  const harness::Arrival arrival = run.open_loop();
  const int workers = static_cast<int>(cpus.size());
  WorkerGroup group(K);
  for (int me = 0; me < workers; ++me) {
    group.start("worker " + std::to_string(me), cpus[static_cast<std::size_t>(me)], [&, me] {
      if (arrival.is_open()) {
        return enter_sections_when_due(*lock, *counters, inside,
                                       Arrivals(run, arrival, me, workers));
      }
      enter_sections(run, me, *lock, *counters, inside, outside, every);
    });
  }
  group.measure(run);
  if (counters->collisions > 0 || !counters->guarded.is(counters->sections)) {
    throw std::runtime_error("exclusion broken: two workers were inside at once, " +
                             std::to_string(counters->collisions) + " times seen");
  }
  run.note("max_wait_ns", static_cast<std::int64_t>(counters->longest_wait.load()));
}

template <Exclusion L, WorkerKind K>
void measure_lock(harness::Run& run, const std::vector<int>& cpus, std::int64_t every) {
  if constexpr (kTakesDelay<L>) {
    if (inject_delay(run)) return measure_sections<DelayedLock<L>, K>(run, cpus, every);
  }
  measure_sections<L, K>(run, cpus, every);
}

template <Exclusion L, WorkerKind K>
class ErasedExclusion : public AnyExclusion {
 public:
  void lock() override { lock_->lock(); }
  void unlock() override { lock_->unlock(); }

 private:
  SharedObject<L, K> lock_;
};

template <Exclusion L, WorkerKind K>
Registration add_lock() {
  LockContender entry(L::kFacts, K);
  entry.measure = measure_lock<L, K>;
  entry.make = [] { return std::make_unique<ErasedExclusion<L, K>>(); };
  return Roster<LockContender>::add(std::move(entry));
}

}  // namespace scenarios
