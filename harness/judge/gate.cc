#include "harness/judge/gate.h"

#include <algorithm>

namespace harness {
namespace {

ExitCode graver(ExitCode one, ExitCode other) {
  if (one == kWorse || other == kWorse) return kWorse;
  return one == kIncomparable || other == kIncomparable ? kIncomparable : kOk;
}

}  // namespace

ExitCode code_of_row(const ComparedRow& row, const Compared& of) {
  const auto& judged = row.judgement;
  switch (judged.verdict) {
    case Verdict::kWorse:
      return judged.confirmed || !of.paired ? kWorse : kIncomparable;
    case Verdict::kIncomparable:
      return row.is_missing_guard && !of.strict ? kOk : kIncomparable;
    case Verdict::kUndecided: {
      const bool seems_worse =
          judged.doubt == Doubt::kUnconfirmed || judged.doubt == Doubt::kTooFew;
      return seems_worse || of.strict ? kIncomparable : kOk;
    }
    default:
      return kOk;
  }
}

std::string fault_of_whole(const Compared& compared) {
  if (!compared.was_interrupted && !compared.none_judged()) return "";
  const std::string fault = compared.was_interrupted ? kInterrupted : kNothingJudged;
  const auto reason = std::find_if(compared.warnings.begin(), compared.warnings.end(),
                                   [&](const auto& warning) { return warning.starts_with(fault); });
  return reason == compared.warnings.end() ? fault : *reason;
}

ExitCode code_of(const Compared& compared) {
  ExitCode code = fault_of_whole(compared).empty() ? kOk : kIncomparable;
  for (const auto& row : compared.rows) code = graver(code, code_of_row(row, compared));
  return code;
}

ExitCode code_of(const std::vector<Compared>& all) {
  ExitCode code = kOk;
  for (const auto& compared : all) code = graver(code, code_of(compared));
  return code;
}

}  // namespace harness
