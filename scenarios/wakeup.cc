// How long from the moment one worker wakes another to the moment that one runs?
//
//   waker:   now ──▶ set, notify, release, arrive ──┐
//   waiter:  wait ...........................──▶ returns ──▶ now          latency: from now to now
//
// One way, on CLOCK_MONOTONIC, which all CPUs share. The waiter is `hot`: both run, and each wakes the
// other in turn as fast as they can. Or `asleep`: the waker calls only when the kernel says that the
// waiter sleeps, and 50 us later, when its core has had the time to go idle too (wakeup_pairs.h).
#include "scenarios/wakeup.h"

#include <string>

#include "scenarios/support/cpython.h"
#include "scenarios/support/decisive.h"
#include "scenarios/support/registry.h"

namespace scenarios {
namespace {

using Wakers = Roster<WakeupContender>;

template <typename PointOrRun>
const WakeupContender* contender_of(const PointOrRun& point) {
  return Wakers::find(point.text("contender"), worker_kind_of(point), point.text("operation"));
}

void measure(harness::Run& run) {
  const CpuPair cpus = place_two(run);
  run.note("metric_kind", "latency");
  run.note("load_mode", "closed");
  run.note("parties", 2);
  run.note("sample_every", 1);
  const auto* contender = contender_of(run);
  contender->note(run);
  contender->measure(run, cpus);
}

// Leaves out a contender between workers of a kind it is not for or for an operation it does not have,
// an interpreter where none is needed, two workers that both run on one core, and a waiter asleep that
// only spins.
bool offers(const harness::Point& point) {
  const bool hot = point.text("waiter") == "hot";
  if (hot && is_on_one_cpu(point)) return false;
  const auto* contender = contender_of(point);
  if (contender == nullptr || !interpreter_fits(point)) return false;
  return hot || contender->wait != "spin";
}

bool decisive(const harness::Point& point) {
  return point.text("waiter") == "hot" && worker_kind_of(point) == WorkerKind::kThreads &&
         point.text("placement") == "apart" &&
         contender_is_one_of(point, {"event", "std_atomic_wait", "barrier", "std_barrier"});
}

const RegisteredScenario registered([] {
  return harness::Scenario{
      .name = "wakeup",
      .question = "How long from waking a thread or a process to the moment it runs?",
      .family = "sync",
      .parameters =
          {
              {"operation",
               "mode",
               {"event_set", "condition_notify_one", "condition_notify_all", "semaphore_release",
                "barrier_round"},
               "what wakes",
               harness::Parameter::Kind::kWhole},
              contender_axis<WakeupContender>("whose it is"),
              scope_axis(),
              {"waiter",
               "waiter",
               {"hot", "asleep"},
               "both run, or the waiter sleeps in the kernel"},
              placement_axis(),
              interpreter_axis(),
          },
      .run = measure,
      .offers = offers,
      .decisive = decisive,
      .contenders = labels_of<WakeupContender>(),
  };
});

}  // namespace
}  // namespace scenarios
