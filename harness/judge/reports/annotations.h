// Annotations: what GitHub shows beside a commit, as lines that its runner reads from standard output.
//
// Of each kind (error, warning, notice) GitHub shows the first ten of a step (actions/runner, ExecutionContext.cs), so
// what matters most comes first: the results as a whole, then what holds for all rows, then the rows by verdict, the
// largest change of each verdict first. What ends the command with 1 or 4 is an error (gate.h), a metric that guards the
// headline and is missing otherwise a warning, any other row a notice.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/compared.h"

namespace harness {

std::string annotations_of(const std::vector<Compared>& all);

}  // namespace harness
