#include "harness/judge/comparison_cells.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace harness {
namespace {

std::string interval_text(const ComparedRow& row) {
  const auto& interval = row.judgement.interval;
  if (!interval) return "fewer than 6 rounds";
  const bool turned = facts_of(row.metric).higher_is_better;
  const auto low = change_text(row.metric, turned ? interval->high : interval->low);
  const auto high = change_text(row.metric, turned ? interval->low : interval->high);
  return low + " to " + high;
}

constexpr int kHopeless = 10;  // times as many rounds as were made

std::string undecided_step(const Judgement& judged, bool paired) {
  const std::string unit = paired ? " rounds" : " launches a side";
  if (paired && !judged.interval) return "six" + unit + " are the fewest that decide";
  if (judged.rounds_needed > kHopeless * judged.rounds) {
    return "varies too much here (`bench-all noise` says why): not even " +
           std::to_string(kHopeless * judged.rounds) + unit + " would decide";
  }
  return "about " + std::to_string(judged.rounds_needed) + unit + " would decide";
}

std::string step_of(const ComparedRow& row, bool paired) {
  const auto& judged = row.judgement;
  switch (judged.verdict) {
    case Verdict::kUndecided:
      return undecided_step(judged, paired);
    case Verdict::kIncomparable:
      return row.note.empty() ? "one build did not measure it" : "";
    case Verdict::kWorse:
      return judged.confirmed ? "confirmed by fresh rounds" : "";
    default:
      return "";
  }
}

}  // namespace

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string estimate_text(const std::vector<double>& values) {
  return values.empty() ? "" : number_text(median(values));
}

std::string change_text(Metric metric, double worsening) {
  const auto facts = facts_of(metric);
  const double change = worsening == 0 ? 0 : facts.higher_is_better ? -worsening : worsening;
  char text[32];
  if (facts.is_share) {
    std::snprintf(text, sizeof text, "%+.3f", change);
  } else {
    std::snprintf(text, sizeof text, "%+.1f %%", 100 * std::expm1(change));
  }
  return text;
}

std::string next_step(const ComparedRow& row, bool paired) {
  const std::string step = step_of(row, paired);
  return step + (step.empty() || row.note.empty() ? "" : "; ") + row.note;
}

std::vector<ShownRow> shown_rows(const Compared& compared) {
  std::vector<ShownRow> shown;
  for (const auto verdict :
       {Verdict::kWorse, Verdict::kBetter, Verdict::kIncomparable, Verdict::kUndecided}) {
    for (const auto& row : compared.rows) {
      if (row.judgement.verdict != verdict) continue;
      const bool judged = verdict != Verdict::kIncomparable;
      shown.push_back({std::string(name_of(verdict)), row.name,
                       std::string(facts_of(row.metric).name),
                       judged ? change_text(row.metric, row.judgement.effect) : "",
                       judged ? interval_text(row) : "", next_step(row, compared.paired)});
    }
  }
  return shown;
}

std::string headline_of(const Compared& compared) {
  std::string text;
  for (const auto verdict : {Verdict::kWorse, Verdict::kBetter, Verdict::kSame, Verdict::kUndecided,
                             Verdict::kIncomparable}) {
    const auto rows =
        std::count_if(compared.rows.begin(), compared.rows.end(),
                      [&](const auto& row) { return row.judgement.verdict == verdict; });
    if (rows == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(rows) + " " + std::string(name_of(verdict));
  }
  return compared.b + " against " + compared.a + ": " +
         (text.empty() ? "nothing was compared" : text);
}

}  // namespace harness
