#include "harness/judge/comparison_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/record/tables.h"

namespace harness {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// A difference as readers expect it: "+12.3 %" for B / A, "-0.080" for a share. As B changed, not as
// it worsened.
std::string change(Metric metric, double difference) {
  const auto facts = facts_of(metric);
  const double signed_difference = facts.higher_is_better ? -difference : difference;
  char text[32];
  if (facts.is_share) {
    std::snprintf(text, sizeof text, "%+.3f", signed_difference);
  } else {
    std::snprintf(text, sizeof text, "%+.1f %%", 100 * std::expm1(signed_difference));
  }
  return text;
}

std::string interval_of(const Comparison::Row& row) {
  const auto& interval = row.judgement.interval;
  if (!interval) return "fewer than 6 rounds";
  const bool turned = facts_of(row.metric).higher_is_better;
  const auto low = change(row.metric, turned ? interval->high : interval->low);
  const auto high = change(row.metric, turned ? interval->low : interval->high);
  return low + " to " + high;
}

std::string next_step(const Comparison::Row& row) {
  switch (row.judgement.verdict) {
    case Verdict::kUndecided:
      return "about " + std::to_string(row.judgement.rounds_needed) + " rounds would decide";
    case Verdict::kIncomparable:
      return "one build did not measure it";
    case Verdict::kWorse:
      return row.judgement.confirmed ? "confirmed by fresh rounds" : "";
    default:
      return "";
  }
}

std::string estimate(const std::vector<double>& values) {
  return values.empty() ? "" : number(median(values));
}

std::string csv_row(const Comparison::Row& row) {
  const auto facts = facts_of(row.metric);
  const auto& judged = row.judgement;
  const std::array cells{csv_cell(row.name),
                         std::string(facts.name),
                         std::string(facts.unit),
                         std::string(facts.higher_is_better ? "higher" : "lower"),
                         estimate(row.a),
                         estimate(row.b),
                         number(judged.effect),
                         judged.interval ? number(judged.interval->low) : "",
                         judged.interval ? number(judged.interval->high) : "",
                         std::to_string(judged.rounds),
                         number(judged.p),
                         number(judged.q),
                         std::string(name_of(judged.verdict)),
                         std::string(judged.confirmed ? "1" : "0"),
                         csv_cell(next_step(row))};
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + cell;
  return line + "\n";
}

Json json_row(const Comparison::Row& row) {
  const auto& judged = row.judgement;
  Json json = {{"case", row.name},
               {"metric", facts_of(row.metric).name},
               {"a", row.a},
               {"b", row.b},
               {"worsening", judged.effect},
               {"rounds", judged.rounds},
               {"p_sign", judged.p},
               {"q_bh", judged.q},
               {"verdict", name_of(judged.verdict)},
               {"confirmed", judged.confirmed},
               {"next_step", next_step(row)}};
  if (judged.interval) json["interval"] = {judged.interval->low, judged.interval->high};
  return json;
}

std::size_t count(const Comparison& comparison, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(comparison.rows().begin(), comparison.rows().end(),
                    [&](const auto& row) { return row.judgement.verdict == verdict; }));
}

}  // namespace

std::string headline_of(const Comparison& comparison) {
  std::string text;
  for (const auto verdict : {Verdict::kWorse, Verdict::kBetter, Verdict::kSame, Verdict::kUndecided,
                             Verdict::kIncomparable}) {
    const auto rows = count(comparison, verdict);
    if (rows == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(rows) + " " + std::string(name_of(verdict));
  }
  return "B against A: " + (text.empty() ? "nothing was compared" : text);
}

std::string markdown_of(const Comparison& comparison) {
  std::string text = "## " + headline_of(comparison) + "\n\n";
  std::string table;
  for (const auto verdict :
       {Verdict::kWorse, Verdict::kBetter, Verdict::kIncomparable, Verdict::kUndecided}) {
    for (const auto& row : comparison.rows()) {
      if (row.judgement.verdict != verdict) continue;
      table += "| " + std::string(name_of(verdict)) + " | " + row.name + " | " +
               std::string(facts_of(row.metric).name) + " | " +
               (row.a.empty() ? "" : change(row.metric, row.judgement.effect)) + " | " +
               (row.a.empty() ? "" : interval_of(row)) + " | " + next_step(row) + " |\n";
    }
  }
  if (table.empty()) return text + "No case changed.\n";
  return text +
         "| verdict | case | metric | B : A | 95 % interval | |\n| :-- | :-- | :-- | --: | --: | "
         ":-- |\n" +
         table;
}

void write_comparison(const Comparison& comparison, const std::filesystem::path& folder) {
  std::string csv =
      "case,metric,unit,better,a_estimate,b_estimate,worsening,ci_lo,ci_hi,rounds,p_sign,q_bh,"
      "verdict,"
      "confirmed,next_step\n";
  Json rows = Json::array();
  for (const auto& row : comparison.rows()) {
    csv += csv_row(row);
    rows.push_back(json_row(row));
  }
  write_file(folder / "compare.csv", csv);
  write_file(folder / "compare.json", rows.dump(1) + "\n");
  write_file(folder / "compare.md", markdown_of(comparison));
}

}  // namespace harness
