// How long from the moment one party wakes another to the moment that other runs?
//
//   waker:   now ──▶ set, notify, release, arrive ──┐
//   waiter:  wait ...........................──▶ returns ──▶ now          latency: from now to now
//
// One way, on CLOCK_MONOTONIC, which all CPUs share. The waiter is `hot`: both run, and each wakes the
// other in turn as fast as they can. Or `asleep`: the waker calls only when the kernel says that the
// waiter sleeps, and a while later, when its core has had the time to go idle too (wakeup_pairs.h).
#include <array>
#include <cstdint>
#include <string>

#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/synchronisation_roster.h"
#include "scenarios/crew.h"
#include "scenarios/scenarios.h"
#include "scenarios/wakeup_pairs.h"

namespace scenarios {
namespace {

constexpr std::array<std::string_view, 4> kCPythonWakers = {"cpython_event", "cpython_condition",
                                                            "cpython_semaphore", "cpython_barrier"};

template <typename Pair>
void measure_pair(harness::Run& run, Scope scope, const Cpus& cpus) {
  Pair pair;
  Crew crew(scope);
  crew.start("waker", cpus.one, [&] { pair.lead(run); });
  crew.start("waiter", cpus.other, [&] { pair.follow(run); });
  crew.measure(run);
  if (run.tally(0).ops + run.tally(1).ops == 0) {
    throw std::runtime_error(run.text("waiter") == "asleep" ? "the waiter never slept"
                                                            : "nobody was woken");
  }
}

template <Signal G, Scope S>
void measure_signal(harness::Run& run, const Cpus& cpus) {
  if (run.text("waiter") == "hot") {
    measure_pair<PingPong<G, S>>(run, S, cpus);
  } else {
    measure_pair<SleepAndWake<G, S>>(run, S, cpus);
  }
}

// The measurement of contender C of `operation`.
template <typename C, Scope S>
void measure_contender(harness::Run& run, const Cpus& cpus) {
  const std::string& operation = run.text("operation");
  run.note("primitive", C::kFacts.primitive);
  run.note("wait", C::kFacts.wait);
  if constexpr (Signal<C>) {
    measure_signal<C, S>(run, cpus);
  } else if constexpr (ConditionVariable<C>) {
    operation == "condition_notify_one" ? measure_signal<Notification<C, S, false>, S>(run, cpus)
                                        : measure_signal<Notification<C, S, true>, S>(run, cpus);
  } else if constexpr (Permits<C>) {
    measure_signal<Release<C, S>, S>(run, cpus);
  } else if (run.text("waiter") == "hot") {
    measure_pair<Rounds<C, S>>(run, S, cpus);
  } else {
    measure_signal<Round<C, S>, S>(run, cpus);
  }
}

// Calls visit.operator()<List>() with the list of those who offer the operation.
template <typename Visit>
void with_list(const std::string& operation, Scope scope, Visit visit) {
  with_scope(scope, [&]<Scope S>() {
    if (operation == "event_set") visit.template operator()<Events<S>, S>();
    if (operation == "condition_notify_one") visit.template operator()<Conditions<S>, S>();
    if (operation == "condition_notify_all") visit.template operator()<Conditions<S>, S>();
    if (operation == "semaphore_release") visit.template operator()<Semaphores<S>, S>();
    if (operation == "barrier_round") visit.template operator()<Barriers<S>, S>();
  });
}

void measure(harness::Run& run) {
  const std::string& contender = run.text("contender");
  const std::string& operation = run.text("operation");
  const Scope scope = scope_of(run);
  const Cpus cpus = place_two(run);
  run.note("metric_kind", "latency");
  run.note("load_mode", "closed");
  run.note("parties", 2);
  run.note("sample_every", 1);
  if (is_cpython(contender)) {
    run.note("primitive", contender.substr(std::string("cpython_").size()));
    run.note("wait", "block");
    return run_cpython(run, "wakeup.py",
                       {run.text("scope"), operation, run.text("waiter"), std::to_string(cpus.one),
                        std::to_string(cpus.other)});
  }
  with_list(operation, scope, [&]<typename List, Scope S>() {
    List::each([&]<typename C>() {
      if (C::kFacts.name == contender) measure_contender<C, S>(run, cpus);
    });
  });
}

// Left out: a contender in a scope it does not work in or asked for what it is not, an interpreter
// for what needs none, two that both run on one core, and a spinner asleep.
bool offers(const harness::Point& point) {
  const std::string& contender = point.text("contender");
  const std::string& operation = point.text("operation");
  const bool hot = point.text("waiter") == "hot";
  if (hot && point.text("cpus") == "together") return false;
  if (!hot && contender == SpinningFlag::kFacts.name) return false;
  const bool interpreted = point.text("python") != "none";
  if (is_cpython(contender)) {
    return interpreted &&
           operation.starts_with(contender.substr(std::string("cpython_").size()) + "_");
  }
  bool found = false;
  with_list(operation, scope_of(point),
            [&]<typename List, Scope S>() { found = List::has(contender); });
  return !interpreted && found;
}

std::vector<harness::Parameter::Value> contenders() {
  Names names;
  add_all<Events>(names);
  add_all<Conditions>(names);
  add_all<Semaphores>(names);
  add_all<Barriers>(names);
  for (const auto name : kCPythonWakers) names.add(name);
  return names;
}

}  // namespace

const harness::Scenario wakeup{
    .name = "wakeup",
    .question = "How long from waking somebody to the moment it runs?",
    .family = "sync",
    .parameters =
        {
            {"operation",
             "mode",
             {"event_set", "condition_notify_one", "condition_notify_all", "semaphore_release",
              "barrier_round"},
             "what wakes",
             harness::Parameter::Kind::kWhole},
            {"contender", "impl", contenders(), "whose it is",
             harness::Parameter::Kind::kContender},
            scope_axis(),
            {"waiter", "waiter", {"hot", "asleep"}, "both run, or the waiter sleeps in the kernel"},
            {"cpus", "placement", {"apart", "together"}, "one core each, or one for both"},
            interpreter_axis(),
        },
    .run = measure,
    .offers = offers,
};

}  // namespace scenarios
