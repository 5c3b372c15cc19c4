#include "harness/command/profiles.h"

namespace harness {

using namespace std::chrono_literals;

const std::map<std::string, Profile>& profiles() {
  // Six launches are the fewest that give a 95 % interval for a median (results/README.md). A warm-up
  // under 30 ms still has page faults of a ring of 1 MiB messages in its first window.
  static const std::map<std::string, Profile> all = {
      {"smoke", {1, 1, 10ms, 50ms, Schedule::kNoBudget, 20s}},
      {"quick", {6, 1, 35ms, 55ms, 140s, 20s}},
      {"full", {12, 3, 50ms, 300ms, 45min, 60s}},
  };
  return all;
}

}  // namespace harness
