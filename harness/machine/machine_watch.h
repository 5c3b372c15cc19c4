// MachineWatch: what happens on the machine while something is measured, by /proc and /sys.
//
//   MachineWatch watch;           // from now on
//   while (...) watch.look();     // clock frequencies, now and then
//   MachineFacts facts = watch.facts();
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/machine/noise.h"
#include "harness/measure/cgroup_quota.h"

namespace harness {

class MachineWatch {
 public:
  MachineWatch();

  void look();
  // Returns what was seen since the beginning.
  MachineFacts facts() const;

 private:
  // What counts up.
  struct Counts {
    double all_ticks = 0, busy_ticks = 0, steal_ticks = 0, own_ticks = 0;
    std::optional<double> stalled_us;
    std::optional<std::int64_t> throttled_us;
    double at_us = 0;
    std::map<pid_t, std::pair<std::string, double>> programs;  // their names and ticks
  };
  Counts counts() const;
  static std::vector<std::string> busiest(const Counts& before, const Counts& after);

  CgroupQuota quota_;
  Counts begun_;
  std::vector<double> mhz_;
};

}  // namespace harness
