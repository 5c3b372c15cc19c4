// judge_family: judges all metrics of a comparison together, as at its end and while its rounds are being made.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/compared.h"
#include "harness/judge/comparison_settings.h"
#include "harness/judge/metric.h"
#include "harness/judge/one_sided.h"

namespace harness {

// In how many rounds each build measured a metric of a case.
using MeasuredRounds = std::map<std::pair<std::string, Metric>, RoundsWith>;

// Returns true if there is nothing to compare, or B has lost it.
bool is_lost(const ComparedRow& row, const MeasuredRounds& measured);

// Sets the judgement of each row, with the false discovery rate over those that can be judged; what is lost is incomparable.
// Returns how many can be judged. Rows of broken cases do not belong to them: what their rounds have said does not count.
int judge_family(const std::vector<ComparedRow*>& rows, const MeasuredRounds& measured,
                 const ComparisonSettings& settings);

}  // namespace harness
