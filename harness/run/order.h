// Order: when a run makes a launch, what it tells it, and how long it waits for it.
//
//   Schedule schedule = schedule_of(cases, settings, interpreters);
//   const auto launch = schedule.next(elapsed);
//   run_launch(order_of(*launch, settings, interpreters), timeout_of(*launch->of, settings));
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/base/json_fwd.h"
#include "harness/measure/cgroup_quota.h"
#include "harness/plan/interpreters.h"
#include "harness/plan/plan.h"
#include "harness/plan/schedule.h"
#include "harness/run/settings.h"

namespace harness {

// How long starting up and the report of such a run take, on so many CPUs that this program may use: a part of its budget.
Seconds time_of_report(const RunSettings& settings, std::size_t cpus = allowed_cpus().size(),
                       const CgroupQuota& quota = CgroupQuota());

// The launches that `settings` ask for. What each will cost is a guess here: the time it measures, and
// what starting and ending it costs on a usual machine.
Schedule schedule_of(const std::vector<Case>& cases, const RunSettings& settings,
                     const std::vector<Interpreter>& interpreters);

// After which a launch of the case has hung: later where many share the CPUs, as the launch itself is patient with
// them (Measurement::patience).
std::chrono::nanoseconds timeout_of(const Case& of, const RunSettings& settings);

// What the launch is started with (launch.h).
Json order_of(const Launch& launch, const RunSettings& settings,
              const std::vector<Interpreter>& interpreters);

}  // namespace harness
