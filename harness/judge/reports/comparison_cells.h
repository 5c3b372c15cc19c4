// The cells of a row of a comparison, as every format shows them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/judge/compared.h"

namespace harness {

// "12.3456": six digits, as tables for programs have it.
std::string number_text(double value);

// The median of a side; empty if there is none.
std::string estimate_text(const std::vector<double>& values);

// What a comparison is called where it stands beside its rows.
inline constexpr char kWholeComparison[] = "the comparison as a whole";

// By how much B is worse: "+12.3 %", or "+0.080" of a share; below 0 it is better.
std::string worsening_text(Metric metric, double worsening);

// What the sign of such a text means, for the head of a table.
inline constexpr char kSignMeaning[] =
    "worse by: + is worse and - is better, whatever the metric; of a rate it is the time that an "
    "operation takes";

// What would decide the row, what confirmed it, why it is incomparable or doubtful, and the floor that holds for it.
std::string next_step(const ComparedRow& row, bool paired, Reader reader = Reader::kCommandLine);

inline constexpr std::array<const char*, 6> kShownColumns = {"verdict",  "case",          "metric",
                                                             "worse by", "95 % interval", ""};
inline constexpr std::size_t kCaseColumn = 1;
using ShownRow = std::array<std::string, kShownColumns.size()>;

// Returns the rows for people: those of a case together, cases with a worse one first, then better, incomparable and
// undecided; of those that stayed the same only what a floor has decided.
std::vector<ShownRow> shown_rows(const Compared& compared);

// One of these rows; `of`: the comparison.
ShownRow shown_row(const ComparedRow& row, const Compared& of);

// Whether a row is shown, and its place by its verdict: the lower, the earlier.
bool is_shown(const ComparedRow& row);
int rank_of(const ComparedRow& row);

// Says how many rows are the same and not among the `shown` ones, and where they are, in a line; empty if there is none.
std::string left_out_of(const Compared& compared, std::size_t shown);

// What to do about cases that vary too much, once below the table and after `before`; empty if none does.
std::string hint_of(const std::vector<ShownRow>& rows, const std::string& before);

// One line that says the result: "B against A: 1 worse, 3 same". Of undecided rows it counts those whose whole interval is a
// worsening that matters.
std::string headline_of(const Compared& compared);

}  // namespace harness
