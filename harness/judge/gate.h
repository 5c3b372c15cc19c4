// The gate: which exit code a row of a comparison, and the comparison as a whole, asks for.
//
// The commands end with it, and every format follows it: what asks for 1 is a failure of JUnit, what asks for 4 an error,
// and both are errors of GitHub.
//
//   | code | a row                                                            | the comparison as a whole   |
//   | 1    | worse, and of rounds also in fresh ones                          | a row asks for it           |
//   | 4    | worse, but too seldom measured to be sure; incomparable; with    | no row asks for 1, and one  |
//   |      | `strict` also undecided, or a metric that guards the headline    | for 4, or nothing was       |
//   |      | and is missing                                                   | judged                      |
//   | 0    | any other                                                        | any other                   |
#pragma once

#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/judge/compared.h"

namespace harness {

// kWorse, kIncomparable or kOk. `of`: the comparison that has the row.
ExitCode code_of_row(const ComparedRow& row, const Compared& of);

// Returns why the comparison as a whole asks for kIncomparable, though no row of it may; empty if it does not.
std::string fault_of_whole(const Compared& compared);

// Of one comparison, and of several: kWorse counts more than kIncomparable.
ExitCode code_of(const Compared& compared);
ExitCode code_of(const std::vector<Compared>& all);

}  // namespace harness
