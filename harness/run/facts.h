// Facts: what a run writes beside what was measured: of itself when it begins, and in each row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json_fwd.h"
#include "harness/plan/interpreters.h"
#include "harness/plan/plan.h"
#include "harness/plan/schedule.h"
#include "harness/run/settings.h"

namespace harness {

struct RunIdentity {
  std::string id;
  std::vector<std::string> command;
  std::string started_utc;
};

// Returns {contender: {file: hash}} of the programs of --contender-program (files_of).
Json contents_of(const std::vector<Program>& programs);

// The first event of a run's log, which is run.json from then on: what is measured, how, and on which machine.
Json opening_of(const RunIdentity& run, const RunSettings& settings, const std::vector<Case>& cases,
                const std::vector<Interpreter>& interpreters);

// Where a row stands among those of its run.
struct RowOrigin {
  std::string run_id;
  std::uint64_t seed;
  std::size_t order_index;  // launches that the run had made before
};

// Adds to a launch's row what the launch does not know of itself, and makes its texts fit for a line. A column that
// the launch wrote stays as it is.
void complete(Json& row, const Launch& launch, const RowOrigin& origin);

}  // namespace harness
