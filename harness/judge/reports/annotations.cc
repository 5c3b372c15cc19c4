#include "harness/judge/reports/annotations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "harness/base/errors.h"
#include "harness/judge/gate.h"
#include "harness/judge/reports/comparison_cells.h"

namespace harness {
namespace {

constexpr int kShown = 10;  // of a kind

struct Annotation {
  const char* kind;
  std::string title, text;
};

// One row, and where it stands: lower first.
struct Placed {
  const Compared* compared;
  const ComparedRow* row;
  std::pair<int, double> place;
};

const char* kind_of(const Placed& placed) {
  if (code_of_row(*placed.row, *placed.compared) != kOk) return "error";
  return placed.row->is_missing_guard ? "warning" : "notice";
}

// Which of several comparisons it is.
std::string which_of(const Compared& compared, bool of_several) {
  return of_several ? " [" + compared.b + " against " + compared.a + "]" : "";
}

// By how many times what matters it changed, whatever its metric.
double size_of_change(const Judgement& judged) {
  return judged.delta > 0 ? std::abs(judged.effect) / judged.delta : 0;
}

std::vector<Placed> placed_rows(const std::vector<Compared>& all) {
  std::vector<Placed> rows;
  for (const auto& compared : all) {
    for (const auto& row : compared.rows) {
      if (!is_shown(row)) continue;
      rows.push_back({&compared, &row, {rank_of(row), -size_of_change(row.judgement)}});
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& one, const auto& other) { return one.place < other.place; });
  return rows;
}

// "worse by +12.3 %"; of a better row "better by 12.3 %".
std::string change_text(const ComparedRow& row, const std::string& change) {
  const bool is_better = row.judgement.verdict == Verdict::kBetter && change.starts_with('-');
  return is_better ? "better by " + change.substr(1) : "worse by " + change;
}

// What is said of a row.
std::string text_of(const Placed& placed, bool of_several) {
  const auto [verdict, name, metric, change, interval, step] =
      shown_row(*placed.row, *placed.compared);
  std::string text = name + " " + metric;
  text += change.empty() ? "" : " " + change_text(*placed.row, change) + " (" + interval + ")";
  text += step.empty() ? "" : ": " + step;
  return text + which_of(*placed.compared, of_several);
}

// A workflow command's data: GitHub reads %, CR and LF by their codes.
std::string line_of(const Annotation& annotation) {
  std::string data;
  for (const char c : one_line(annotation.text)) data += c == '%' ? "%25" : std::string(1, c);
  return std::string("::") + annotation.kind + " title=" + annotation.title + "::" + data + "\n";
}

bool are_too_many(const std::vector<Annotation>& annotations) {
  std::map<std::string, int> counts;
  for (const auto& each : annotations) ++counts[each.kind];
  return std::any_of(counts.begin(), counts.end(),
                     [](const auto& each) { return each.second > kShown; });
}

}  // namespace

std::string annotations_of(const std::vector<Compared>& all) {
  std::vector<Annotation> annotations;
  for (const auto& compared : all) {
    annotations.push_back({"notice", "bench-all", headline_of(compared)});
  }
  for (const auto& compared : all) {
    const auto fault = fault_of_whole(compared);
    if (fault.empty()) continue;
    annotations.push_back({"error", std::string(name_of(Verdict::kIncomparable)),
                           kWholeComparison + (": " + fault) + which_of(compared, all.size() > 1)});
  }
  for (const auto& compared : all) {
    for (const auto& warning : compared.warnings) {
      annotations.push_back({"warning", "bench-all", warning});
    }
  }
  for (const auto& placed : placed_rows(all)) {
    const auto verdict = placed.row->judgement.verdict;
    annotations.push_back(
        {kind_of(placed), std::string(name_of(verdict)), text_of(placed, all.size() > 1)});
  }
  if (!annotations.empty() && are_too_many(annotations)) {
    annotations.front().text += "; GitHub shows ten of a kind, the log of this step has all";
  }
  std::string text;
  for (const auto& each : annotations) text += line_of(each);
  return text;
}

}  // namespace harness
