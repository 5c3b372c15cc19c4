// Decisive cases: those that a scenario's headline rests on (harness::Scenario::decisive).
//
// They are measured in every round of a run, so that the headline has its interval; of the others there is a launch
// or two. A scenario declares few: ours at the setting that is asked most, and what people use there by habit. What
// leads beside them is learnt from the first round (harness/plan/leaders.h).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "harness/scenario.h"

namespace scenarios {

inline bool contender_is_one_of(const harness::Point& point,
                                std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), point.text("contender")) != names.end();
}

}  // namespace scenarios
