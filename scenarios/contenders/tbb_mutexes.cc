// oneTBB's mutexes: mutex spins for a while and then sleeps; spin_mutex spins and yields. Between
// threads. Optional: without oneTBB the rows say so.
// Links: TBB::tbb
#include "scenarios/single_operation.h"

#if __has_include(<oneapi/tbb/mutex.h>)
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#endif

namespace scenarios {
namespace {

constexpr Facts kMutex{.name = "tbb_mutex",
                       .label = "tbb::mutex",
                       .family = "tbb",
                       .primitive = "lock",
                       .wait = "adaptive"};
constexpr Facts kSpinMutex{.name = "tbb_spin_mutex",
                           .label = "tbb::spin_mutex",
                           .family = "tbb",
                           .primitive = "lock",
                           .wait = "yield"};

#if __has_include(<oneapi/tbb/mutex.h>)
struct TbbMutex : tbb::mutex {
  static constexpr Facts kFacts = kMutex;
};

struct TbbSpinMutex : tbb::spin_mutex {
  static constexpr Facts kFacts = kSpinMutex;
};

const Registration registered[] = {
    add_lock<TbbMutex, WorkerKind::kThreads>(),
    add_lock<TbbSpinMutex, WorkerKind::kThreads>(),
    add_lock_operation<TbbMutex, WorkerKind::kThreads>(),
    add_lock_operation<TbbSpinMutex, WorkerKind::kThreads>(),
};
#else
template <typename Entry>
Registration add_without(const Facts& facts) {
  return add_missing<Entry>("oneTBB", "libtbb-dev", facts, WorkerKind::kThreads);
}

const Registration registered[] = {
    add_without<LockContender>(kMutex),
    add_without<LockContender>(kSpinMutex),
};
#endif

}  // namespace
}  // namespace scenarios
