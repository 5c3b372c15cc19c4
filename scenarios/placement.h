// Placement: which CPU each party of a measurement stays on.
#pragma once

#include <sched.h>

#include <string>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

// The CPUs this process may use, in order.
inline std::vector<int> allowed_cpus() {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

// Of the calling thread.
inline void stay_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

// "0;1": as the column `cpus` says it.
inline std::string joined(const std::vector<int>& cpus) {
  std::string text;
  for (const int cpu : cpus) text += (text.empty() ? "" : ";") + std::to_string(cpu);
  return text;
}

// Of two parties, by the axis `cpus`: "apart" or "together".
struct Cpus {
  int one, other;
};

inline Cpus place_two(harness::Run& run) {
  const auto allowed = allowed_cpus();
  const bool apart = run.text("cpus") == "apart";
  if (apart && allowed.size() < 2) run.skip("only one CPU is allowed; ask for --cpus together");
  const Cpus cpus{allowed[0], apart ? allowed[1] : allowed[0]};
  run.note("cpus", joined({cpus.one, cpus.other}));
  run.note("placement", apart ? "core" : "same core");
  return cpus;
}

// Of any number of parties: dealt out to the allowed CPUs in turn, and kept there, so that they
// truly meet and every launch lies alike.
inline std::vector<int> place_in_turn(harness::Run& run, int parties) {
  const auto allowed = allowed_cpus();
  std::vector<int> cpus;
  for (int party = 0; party < parties; ++party) {
    cpus.push_back(allowed[static_cast<std::size_t>(party) % allowed.size()]);
  }
  run.note("cpus", joined(cpus));
  run.note("placement", allowed.size() > 1 ? "in turn" : "same core");
  return cpus;
}

}  // namespace scenarios
