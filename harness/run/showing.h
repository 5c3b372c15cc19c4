// Showing: what a row of a launch says of its case's place among those of its question.
#pragma once

#include <optional>

#include "harness/base/json_fwd.h"
#include "harness/plan/leaders.h"
#include "harness/plan/plan.h"

namespace harness {

// Nothing if the row has no measurement.
std::optional<Showing> showing_of(const Case& of, const Json& row);

}  // namespace harness
