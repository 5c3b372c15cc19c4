// Who answers lock_contention, semaphore_pool and wakeup, by scope. A new contender is a file and a
// name here. Whoever cannot work in a scope is not in its list.
#pragma once

#include <string_view>
#include <type_traits>

#include "scenarios/contenders/abseil_synchronisation.h"
#include "scenarios/contenders/boost_synchronisation.h"
#include "scenarios/contenders/floors.h"
#include "scenarios/contenders/our_synchronisation.h"
#include "scenarios/contenders/posix_semaphore.h"
#include "scenarios/contenders/pthread_synchronisation.h"
#include "scenarios/contenders/standard_synchronisation.h"
#include "scenarios/contenders/tbb_mutexes.h"

namespace scenarios {

template <Scope S, typename AmongThreads, typename AmongProcesses>
using ByScope = std::conditional_t<S == Scope::kThreads, AmongThreads, AmongProcesses>;

template <Scope S>
using Exclusions =
    ByScope<S,
            Roster<OurLock<S>, OurRLock<S>, StdMutex, StdRecursiveMutex, PthreadMutex<S>,
                   PosixSemaphoreLock<S>, TbbMutex, TbbSpinMutex, AbseilMutex>,
            Roster<OurLock<S>, OurRLock<S>, PthreadMutex<S>, PthreadMutex<S, true>, BoostMutex,
                   PosixSemaphoreLock<S>>>;

template <Scope S>
using Semaphores = ByScope<S, Roster<OurSemaphore<S>, StdSemaphore, PosixSemaphore<S>>,
                           Roster<OurSemaphore<S>, PosixSemaphore<S>, BoostSemaphore>>;

// Semaphores that are full at the beginning may also be bounded.
template <Scope S>
using Pools =
    ByScope<S, Roster<OurSemaphore<S>, OurBoundedSemaphore<S>, StdSemaphore, PosixSemaphore<S>>,
            Roster<OurSemaphore<S>, OurBoundedSemaphore<S>, PosixSemaphore<S>, BoostSemaphore>>;

template <Scope S>
using Conditions =
    ByScope<S, Roster<OurCondition<S>, StdCondition, PthreadCondition<S>, AbseilCondition>,
            Roster<OurCondition<S>, PthreadCondition<S>, BoostCondition>>;

template <Scope S>
using Events =
    ByScope<S, Roster<OurEvent<S>, StdAtomicEvent, AbseilNotification, RawFutex<S>, SpinningFlag>,
            Roster<OurEvent<S>, RawFutex<S>, SpinningFlag>>;

template <Scope S>
using Barriers = ByScope<S, Roster<OurBarrier<S>, StdBarrier, PthreadBarrier<S>>,
                         Roster<OurBarrier<S>, PthreadBarrier<S>>>;

// Whether `contender` is in the list of the scope.
template <template <Scope> typename List>
bool is_in(Scope scope, std::string_view contender) {
  bool found = false;
  with_scope(scope, [&]<Scope S>() { found = List<S>::has(contender); });
  return found;
}

// The names in a list, those of threads first.
template <template <Scope> typename List>
void add_all(Names& names) {
  names.add<List<Scope::kThreads>>().template add<List<Scope::kProcesses>>();
}

}  // namespace scenarios
