// Single operations of locks, semaphores, events, conditions, barriers and values that nobody else
// wants, in both scopes, by everybody on the rosters and by CPython.
#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/synchronisation_roster.h"
#include "scenarios/operations.h"

#include <gilfree/value.h>

namespace scenarios {
namespace {

using harness::Run;

// "th_lock", "mp_lock", "std_mutex", "posix_sem", "posix_sem_pshared".
template <typename C, Scope S>
std::string name_of() {
  const std::string name(C::kFacts.name);
  const bool threads = S == Scope::kThreads;
  if (std::string_view(C::kFacts.wait) == "adaptive" && requires { C::kSharesItself; }) {
    return (threads ? "th_" : "mp_") + name;
  }
  const bool in_both = name == "posix_sem" || name == "raw_futex";
  return name + (in_both && !threads ? "_pshared" : "");
}

// `step`, over and over, on a C of its own.
template <typename C, Scope S, typename Step, typename... Arguments>
Operation on(const char* what, Step step, Arguments... arguments) {
  return {name_of<C, S>() + what, S == Scope::kThreads ? "thread" : "process",
          [step, arguments...](Run& run) {
            run.note("primitive", C::kFacts.primitive);
            Placed<C, S> contender(arguments...);
            C& used = *contender;
            run.operation([&used, step] { step(used); });
          }};
}

template <Scope S>
void add_locks(std::vector<Operation>& all) {
  Exclusions<S>::each([&]<typename C>() {
    if constexpr (std::is_same_v<C, PosixSemaphoreLock<S>>) return;  // a semaphore, below
    all.push_back(on<C, S>("_acquire_release", [](C& lock) {
      lock.lock();
      lock.unlock();
    }));
  });
}

template <Scope S>
void add_semaphores(std::vector<Operation>& all) {
  Pools<S>::each([&]<typename C>() {
    const auto step = [](C& permits) {
      permits.acquire();
      permits.release();
    };
    all.push_back(on<C, S>("_acquire_release", step, 1));
  });
}

// Nobody waits, and it is set and cleared. A notification that serves but once is made anew.
template <Scope S>
void add_events(std::vector<Operation>& all) {
  Events<S>::each([&]<typename C>() {
    // The same in both scopes.
    if constexpr (S == Scope::kProcesses && std::is_same_v<C, SpinningFlag>) return;
    all.push_back(on<C, S>("_set_clear", [](C& event) {
      event.wake();
      rearm(event);
    }));
  });
}

// With its lock taken for it, as Python demands; nobody waits.
template <Scope S>
void add_conditions(std::vector<Operation>& all) {
  Conditions<S>::each([&]<typename C>() {
    all.push_back(on<C, S>("_notify_one", [](C& condition) {
      condition.lock();
      if constexpr (C::kNotifyUnderLock) condition.notify_one();
      condition.unlock();
      if constexpr (!C::kNotifyUnderLock) condition.notify_one();
    }));
  });
}

template <Scope S>
void add_barriers(std::vector<Operation>& all) {
  Barriers<S>::each([&]<typename C>() {
    all.push_back(on<C, S>(
        "_of_one_wait", [](C& barrier) { barrier.wait(); }, 1));
  });
}

template <Scope S>
void add_value(std::vector<Operation>& all) {
  const bool threads = S == Scope::kThreads;
  all.push_back({threads ? "th_value_increment" : "mp_value_increment",
                 threads ? "thread" : "process", [](Run& run) {
                   run.note("primitive", "value");
                   gilfree::Value<long, OurScope<S>> value(0);
                   run.operation([&] {
                     value.lock();
                     ++value.value();
                     value.unlock();
                   });
                 }});
}

template <Scope S>
void add_all(std::vector<Operation>& all) {
  add_locks<S>(all);
  add_semaphores<S>(all);
  add_events<S>(all);
  add_conditions<S>(all);
  add_barriers<S>(all);
  add_value<S>(all);
}

}  // namespace

std::vector<Operation> synchronisation_operations() {
  std::vector<Operation> all;
  add_all<Scope::kThreads>(all);
  add_all<Scope::kProcesses>(all);
  return all;
}

// The names that cpython/single_operation.py knows.
std::vector<Operation> cpython_operations() {
  const std::pair<std::string, std::string> kinds[] = {
      {"lock", "lock_acquire_release"},
      {"rlock", "rlock_acquire_release"},
      {"semaphore", "semaphore_acquire_release"},
      {"semaphore", "bounded_semaphore_acquire_release"},
      {"event", "event_set_clear"},
      {"condition", "condition_notify_one"},
      {"barrier", "barrier_of_one_wait"},
      {"value", "value_increment"}};
  std::vector<Operation> all;
  for (const std::string scope : {"th", "mp"}) {
    for (const auto& [primitive, what] : kinds) {
      if (scope == "th" && primitive == "value") continue;  // threading has no Value
      const std::string name = "cpython_" + scope + "_" + what;
      const auto body = [name, primitive = primitive](Run& run) {
        run.note("primitive", primitive);
        run_cpython(run, "single_operation.py", {name});
      };
      all.push_back({name, scope == "th" ? "thread" : "process", body});
    }
  }
  return all;
}

}  // namespace scenarios
