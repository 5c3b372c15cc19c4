// The scenarios by name, and the cases that a selection of them has.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/plan/plan.h"
#include "scenarios/support/registry.h"

namespace scenarios::testing {

inline const harness::Scenario& scenario(std::string_view name) {
  for (const auto* each : all_scenarios()) {
    if (each->name == name) return *each;
  }
  throw std::out_of_range(std::string(name));
}

// The cases of a selection, with an interpreter for CPython's contenders.
inline std::vector<harness::Case> cases(std::map<std::string, std::string> axes,
                                        std::vector<std::string> filters = {}) {
  return harness::select(
      all_scenarios(),
      {.filters = std::move(filters), .axes = std::move(axes), .interpreters = {"3.11.2"}});
}

// Those of a run without options.
inline std::vector<harness::Case> quick_cases() {
  return harness::select(all_scenarios(), {.interpreters = {"3.11.2"}, .quick = true});
}

}  // namespace scenarios::testing
