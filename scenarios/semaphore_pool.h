// semaphore_pool: what its contenders are, how they are measured, and how they are registered.
//
// A semaphore admits as many holders at a time as it has permits. It is made before the workers start,
// where all of them see it. A new one is a file in contenders/:
//
//   struct Turnstile {
//     static constexpr Facts kFacts{...};
//     explicit Turnstile(int permits);
//     void acquire();
//     void release();
//   };
//   const Registration registered = add_semaphore<Turnstile, WorkerKind::kThreads>();
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

#include "scenarios/lock_contention.h"

namespace scenarios {

template <typename C>
concept Permits = HasFacts<C> && std::constructible_from<C, int> && requires(C& permits) {
  permits.acquire();
  permits.release();
};

// Any semaphore, for tests: each operation is a virtual call.
class AnyPermits {
 public:
  virtual ~AnyPermits() = default;
  virtual void acquire() = 0;
  virtual void release() = 0;
};

struct SemaphoreContender : Contender {
  using Contender::Contender;
  using Made = std::unique_ptr<AnyPermits>;

  std::function<void(harness::Run&, const std::vector<int>& cpus)> measure;
  std::function<Made(int permits)> make;  // empty for programs of CPython
};

inline constexpr std::int64_t kTimedPermits = 8;  // one wait in so many is timed

// Shared by the workers; all but `inside` is written when they end.
struct PermitCounters {
  alignas(128) std::atomic<std::uint64_t> inside{0};
  alignas(128) std::atomic<std::uint64_t> max_inside{0}, longest_wait{0};
};

template <Permits P>
void use_permits(harness::Run& run, int me, P& permits, PermitCounters& counters,
                 const BusyWork& work) {
  auto& tally = run.tally(me);
  SampledWaits waits(tally, kTimedPermits);
  std::uint64_t max_inside = 0;
  while (run.running()) {
    waits.begin();
    permits.acquire();
    waits.end();
    max_inside = std::max(max_inside, counters.inside.fetch_add(1) + 1);
    work();
    counters.inside.fetch_sub(1);
    permits.release();
    tally.count(1);
  }
  raise(counters.max_inside, max_inside);
  raise(counters.longest_wait, waits.longest());
}

// The same in an open loop. A response time runs until the permit is given back.
template <Permits P>
void use_permits_when_due(P& permits, PermitCounters& counters, const BusyWork& work,
                          Arrivals arrivals) {
  std::uint64_t max_inside = 0, longest = 0;
  while (arrivals.wait()) {
    permits.acquire();
    longest = std::max(longest, static_cast<std::uint64_t>(monotonic_ns() - arrivals.began()));
    max_inside = std::max(max_inside, counters.inside.fetch_add(1) + 1);
    work();
    counters.inside.fetch_sub(1);
    permits.release();
    arrivals.done();
  }
  raise(counters.max_inside, max_inside);
  raise(counters.longest_wait, longest);
}

template <Permits P, WorkerKind K>
void measure_semaphore(harness::Run& run, const std::vector<int>& cpus) {
  const auto allowed = run["permits"];
  SharedObject<P, K> permits(static_cast<int>(allowed));
  SharedObject<PermitCounters, K> counters;
  const BusyWork work(run["work_in_ns"]);
  const harness::Arrival arrival = run.open_loop();
  const int workers = static_cast<int>(cpus.size());
  WorkerGroup group(K);
  for (int me = 0; me < workers; ++me) {
    group.start("worker " + std::to_string(me), cpus[static_cast<std::size_t>(me)], [&, me] {
      if (arrival.is_open()) {
        return use_permits_when_due(*permits, *counters, work, Arrivals(run, arrival, me, workers));
      }
      use_permits(run, me, *permits, *counters, work);
    });
  }
  group.measure(run);
  const auto max_inside = static_cast<std::int64_t>(counters->max_inside.load());
  if (max_inside > allowed || counters->inside != 0) {
    throw std::runtime_error(std::to_string(max_inside) + " were inside at once through " +
                             std::to_string(allowed) + " permits");
  }
  run.note("max_inside", max_inside);
  run.note("max_wait_ns", static_cast<std::int64_t>(counters->longest_wait.load()));
}

template <Permits P, WorkerKind K>
class ErasedPermits : public AnyPermits {
 public:
  explicit ErasedPermits(int permits) : permits_(permits) {}
  void acquire() override { permits_->acquire(); }
  void release() override { permits_->release(); }

 private:
  SharedObject<P, K> permits_;
};

template <Permits P, WorkerKind K>
Registration add_semaphore() {
  SemaphoreContender entry(P::kFacts, K);
  entry.measure = measure_semaphore<P, K>;
  entry.make = [](int permits) { return std::make_unique<ErasedPermits<P, K>>(permits); };
  return Roster<SemaphoreContender>::add(std::move(entry));
}

}  // namespace scenarios
