#include "harness/stress/results.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/record/tables.h"

namespace harness::stress {
namespace {

using Verdict = TestResult::Verdict;

struct Row {
  std::string result;
  Found found;
  Expectation expectation;
};

// Declared outcomes in their order, then the others.
std::vector<Row> rows_of(const TestResult& result) {
  std::vector<Row> rows;
  auto left = result.found;
  for (const Outcome& each : result.test->outcomes) {
    const auto detailed = left.lower_bound(each.result + ":");
    const bool is_detailed =
        detailed != left.end() && detailed->first.starts_with(each.result + ":");
    if (left.count(each.result) == 0 && is_detailed) continue;  // a row for each detail, below
    rows.push_back({each.result, left[each.result], {each.expect, each.why}});
    left.erase(each.result);
  }
  for (const auto& [text, found] : left) {
    rows.push_back({text, found, expectation_of(*result.test, text)});
  }
  return rows;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0 || part == 0) return "0 %";
  std::array<char, 32> text;
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  std::snprintf(text.data(), text.size(), share >= 0.01 ? "%.2f %%" : "%.1e %%", share);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string row_text(const Row& row, std::uint64_t all, std::size_t width) {
  const std::string samples = std::to_string(row.found.samples);
  return "  " + padded(row.result, width) + "  " +
         std::string(12 - std::min<std::size_t>(12, samples.size()), ' ') + samples + "  " +
         padded(percent(row.found.samples, all), 10) + "  " +
         padded(std::string(to_text(row.expectation.expect)), 11) + "  " + row.expectation.why +
         "\n";
}

bool is_bad(const Row& row) {
  return row.found.samples > 0 && row.expectation.expect == Expect::kForbidden;
}

// Forbidden, and rightly not there: not worth a line.
bool is_unseen(const Row& row) {
  return row.found.samples == 0 && row.expectation.expect == Expect::kForbidden;
}

std::string table_of(const TestResult& result) {
  std::string text = std::string(to_text(result.verdict())) + "  " + result.test->name;
  if (!result.skipped.empty()) return text + ": " + result.skipped + "\n";
  text += "  (" + counted(result.trials, "trial") + ")  " + result.test->promise + "\n";
  const auto rows = rows_of(result);
  std::size_t width = 6;
  std::string not_seen;
  for (const Row& row : rows) {
    if (is_unseen(row)) not_seen += (not_seen.empty() ? "" : ", ") + row.result;
    if (!is_unseen(row)) width = std::max(width, row.result.size());
  }
  text += "  " + padded("RESULT", width) + "       SAMPLES  FREQUENCY   EXPECT       WHY\n";
  for (const Row& row : rows) {
    if (!is_unseen(row)) text += row_text(row, result.samples(), width);
  }
  if (!not_seen.empty()) text += "  forbidden, not seen: " + not_seen + "\n";
  for (const Row& row : rows) {
    if (is_bad(row)) text += "  replay: " + replay_command(*result.test, row.found) + "\n";
  }
  return text;
}

}  // namespace

bool is_hang(const std::string& outcome) {
  return outcome == "hang" || outcome.starts_with("hang:");
}

std::string_view to_text(Expect expect) {
  constexpr std::array<std::string_view, 4> kWords{"acceptable", "interesting", "undecided",
                                                   "forbidden"};
  return kWords[static_cast<std::size_t>(expect)];
}

std::string_view to_text(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kWords{"passed",    "FAILED",  "HUNG",
                                                   "undecided", "skipped", "not run"};
  return kWords[static_cast<std::size_t>(verdict)];
}

std::uint64_t TestResult::samples() const {
  return std::accumulate(found.begin(), found.end(), std::uint64_t{0},
                         [](auto sum, const auto& each) { return sum + each.second.samples; });
}

Verdict TestResult::verdict() const {
  if (!skipped.empty()) return Verdict::kSkipped;
  bool hung = false, undecided = false;
  for (const auto& [text, seen] : found) {
    const Expect expect = expectation_of(*test, text).expect;
    undecided = undecided || expect == Expect::kUndecided;
    if (expect != Expect::kForbidden || seen.samples == 0) continue;
    if (!is_hang(text)) return Verdict::kFailed;
    hung = true;
  }
  if (trials == 0) return Verdict::kNotRun;
  return hung ? Verdict::kHung : undecided ? Verdict::kUndecided : Verdict::kPassed;
}

Expectation expectation_of(const Test& test, const std::string& outcome) {
  for (const Outcome& each : test.outcomes) {
    if (outcome == each.result || outcome.starts_with(each.result + ":")) {
      return {each.expect, each.why};
    }
  }
  if (is_hang(outcome)) return {Expect::kForbidden, "no actor got on until the time limit"};
  if (outcome == kStarvedOutcome) {
    return {Expect::kUndecided, "its threads did not get a CPU for long enough"};
  }
  return {Expect::kForbidden, "not declared"};
}

std::string replay_command(const Test& test, const Found& found) {
  return "bench-all stress '" + test.name + "' --seed " + std::to_string(found.seed) +
         " --config " + to_text(found.config);
}

std::string table(const std::vector<TestResult>& results) {
  std::string text;
  for (const auto& each : results) text += table_of(each);
  return text;
}

std::string csv(const std::vector<TestResult>& results, const std::string& run_id) {
  std::string text =
      "run_id,test,config,seed,iterations,outcome,samples,frequency,expect,description,verdict,"
      "replay_cmd\n";
  for (const TestResult& result : results) {
    const std::string begin = run_id + "," + csv_cell(result.test->name) + ",";
    const std::string verdict(to_text(result.verdict()));
    if (!result.skipped.empty()) {
      text += begin + ",,0,,0,,," + csv_cell(result.skipped) + "," + verdict + ",\n";
      continue;
    }
    for (const Row& row : rows_of(result)) {
      const bool seen = row.found.samples > 0;
      std::array<char, 32> frequency{};
      if (result.samples() > 0) {
        std::snprintf(
            frequency.data(), frequency.size(), "%.17g",
            static_cast<double>(row.found.samples) / static_cast<double>(result.samples()));
      }
      text += begin + (seen ? csv_cell(to_text(row.found.config)) : "") + "," +
              (seen ? std::to_string(row.found.seed) : "") + "," + std::to_string(result.trials) +
              "," + csv_cell(row.result) + "," + std::to_string(row.found.samples) + "," +
              frequency.data() + "," + std::string(to_text(row.expectation.expect)) + "," +
              csv_cell(row.expectation.why) + "," + verdict + "," +
              (seen ? csv_cell(replay_command(*result.test, row.found)) : "") + "\n";
    }
  }
  return text;
}

int exit_code(const std::vector<TestResult>& results) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(results.begin(), results.end(), [&](const TestResult& each) {
      return !each.test->is_peer && each.verdict() == verdict;
    });
  };
  const bool any_ran = std::any_of(results.begin(), results.end(),
                                   [](const TestResult& each) { return each.trials > 0; });
  if (any(Verdict::kFailed)) return kFailed;
  if (any(Verdict::kHung)) return kHung;
  if (any(Verdict::kUndecided)) return kIncomparable;
  return any_ran ? kOk : kNothingRan;
}

}  // namespace harness::stress
