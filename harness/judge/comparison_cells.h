// The cells of a row of a comparison, as every format shows them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/judge/compared.h"

namespace harness {

// "12.3456": six digits, as tables for programs have it.
std::string number_text(double value);

// The median of a side; empty if there is none.
std::string estimate_text(const std::vector<double>& values);

// A difference as readers expect it: "+12.3 %" for B / A, "-0.080" for a share. As B changed, not as it
// worsened.
std::string change_text(Metric metric, double worsening);

// What would decide the row, what confirmed it, or why it is incomparable or doubtful.
std::string next_step(const ComparedRow& row, bool paired);

inline constexpr std::array<const char*, 6> kShownColumns = {"verdict", "case",          "metric",
                                                             "B : A",   "95 % interval", ""};
using ShownRow = std::array<std::string, kShownColumns.size()>;

// Returns the rows for people: worse first, then better, incomparable and undecided; not those that stayed
// the same.
std::vector<ShownRow> shown_rows(const Compared& compared);

// One line that says the result: "B against A: 1 worse, 3 same".
std::string headline_of(const Compared& compared);

}  // namespace harness
