#include "harness/judge/family.h"

#include "harness/judge/verdict.h"

namespace harness {

bool is_lost(const ComparedRow& row, const MeasuredRounds& measured) {
  const auto found = measured.find({row.name, row.metric});
  return row.differences.empty() ||
         (found != measured.end() && b_has_lost(row.metric, found->second));
}

int judge_family(const std::vector<ComparedRow*>& rows, const MeasuredRounds& measured,
                 const ComparisonSettings& settings) {
  std::vector<Judgement*> judgements;
  for (auto* row : rows) {
    row->judgement = judge(row->differences, settings.threshold(row->name, row->metric));
    if (is_lost(*row, measured)) {
      row->judgement.verdict = Verdict::kIncomparable;
    } else if (row->judgement.interval) {
      judgements.push_back(&row->judgement);
    }
  }
  if (!judgements.empty()) {
    control_false_discoveries(judgements, rounds_that_discover(judgements.size()));
  }
  return static_cast<int>(judgements.size());
}

}  // namespace harness
