#include "harness/rounds/comparison.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/base/counted.h"
#include "harness/base/interruption.h"
#include "harness/judge/family.h"
#include "harness/judge/skipped.h"

namespace harness {
namespace {

// Why a launch may have no p99, and what gives it one.
std::string few_operations(Reader reader) {
  return "a p99 needs 300 operations that are timed in a window, which may be longer: " +
         window_advice(reader);
}

// Says why some of the launches have no p99, if that leaves it undecided.
void explain_few_tails(std::map<Metric, ComparedRow>& metrics, Reader reader) {
  const auto tail = metrics.find(Metric::kTailLatency), rate = metrics.find(Metric::kRate);
  if (tail == metrics.end() || rate == metrics.end()) return;
  const auto fewest = static_cast<std::size_t>(kFewestRounds);
  if (tail->second.differences.size() < fewest && rate->second.differences.size() >= fewest) {
    tail->second.note = few_operations(reader);
  }
}

}  // namespace

Comparison::Comparison(Build a, Build b, std::vector<std::string> cases,
                       ComparisonSettings settings)
    : cases_(std::move(cases)),
      settings_(std::move(settings)),
      rounds_(std::move(a), std::move(b), cases_, settings_) {
  result_.reader = settings_.reader;
}

void Comparison::leave_out(const std::string& name, const std::string& why) {
  result_.rows.push_back({.name = name, .note = why});
}

void Comparison::go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep) {
  rounds_.go_on_from(made, std::move(keep));
}

void Comparison::run(const Progress& progress) {
  const FinishFirst finish;  // what was measured is judged and written
  rounds_.measure(progress);
  judge_all();
  say_what_was_left_out();
  confirm(progress);
  for (auto& row : result_.rows) say_where_it_lacks(row);
  say_what_is_unconfirmed();
  mark_made_again();
  mark_failed();
  result_.was_interrupted = interrupted() != 0;
  if (!result_.none_judged() || result_.rows.empty() || interrupted() != 0) return;
  result_.warnings.push_back(
      "nothing was judged: there were fewer than six rounds of each case; choose fewer cases, or "
      "raise " +
      name_of_option(settings_.reader, settings_.budget ? "time-budget" : "rounds"));
}

void Comparison::judge_all() {
  add_one_sided();
  result_.skipped = rounds_.skipped();
  for (const auto& text : skip_warnings(result_.skipped, "both builds")) warn(text);
  for (const auto& name : cases_) {
    if (result_.skipped.count(name) != 0) continue;
    auto& metrics = rounds_.samples()[name];
    if (std::all_of(metrics.begin(), metrics.end(),
                    [](const auto& each) { return each.second.is_missing_guard; })) {
      metrics[Metric::kRate] = {.name = name, .note = why_not_compared(name)};
    }
    explain_few_tails(metrics, settings_.reader);
    for (auto& [metric, row] : metrics) result_.rows.push_back(std::move(row));
  }
  std::vector<ComparedRow*> family;
  for (auto& row : result_.rows) {
    if (rounds_.failures().count(row.name) == 0) {
      family.push_back(&row);
    } else {
      row.judgement = judge(row.differences, settings_.threshold(row.name, row.metric));
    }
  }
  mark_failed();
  const int judged = judge_family(family, rounds_.measured(), settings_);
  for (auto* row : family) {
    row->floor = settings_.floor_of(row->name, row->metric);
    const auto verdict_at = [&](double threshold) {
      return judge(row->differences, threshold).verdict;
    };
    row->floor_decided = row->floor && verdict_at(threshold_of(row->metric, settings_.delta)) !=
                                           verdict_at(settings_.threshold(row->name, row->metric));
    row->budget_ended = settings_.budget && rounds_.made_of(row->name) < rounds_.most_rounds() &&
                        row->judgement.rounds_needed <= rounds_.most_rounds();
    say_where_it_lacks(*row);
  }
  if (judged > 0) warn_of_few_rounds(family, judged);
}

// Says if so few rounds were asked for, or fitted into the time budget, that no change of one metric alone can be told from
// chance by them.
void Comparison::warn_of_few_rounds(const std::vector<ComparedRow*>& family, int judged) {
  const int fewest = rounds_that_discover(judged);
  int made = settings_.budget ? fewest : settings_.rounds;
  for (const auto* row : family) {
    const bool is_open = settings_.budget && row->judgement.verdict == Verdict::kUndecided;
    if (is_open) made = std::min(made, rounds_.made_of(row->name));
  }
  if (made >= fewest || (settings_.budget && interrupted() != 0)) return;
  const std::string rounds = std::to_string(made);
  warn("of " + counted(judged, "metric") + " a change of one alone can be told from chance by " +
       std::to_string(fewest) + " rounds, not by " +
       (settings_.budget ? "the " + rounds + " for which the time budget sufficed; " +
                               time_advice(settings_.reader)
                         : rounds + ": " + rounds_advice(settings_.reader, fewest)));
}

// Says where there are fewer rounds than an undecided case gets.
void Comparison::say_what_was_left_out() {
  std::set<std::string> names;
  int fewest = rounds_.most_rounds();
  for (const auto& row : result_.rows) {
    const int made = rounds_.made_of(row.name);
    if (row.judgement.verdict != Verdict::kUndecided || made >= rounds_.most_rounds()) continue;
    names.insert(row.name);
    fewest = std::min(fewest, made);
  }
  if (names.empty()) {
    if (interrupted() != 0) {
      warn(std::string(kInterrupted) + "; " + interruption_advice(settings_.reader));
    }
    return;
  }
  const std::string what =
      counted(names.size(), "case") + " undecided after " + (names.size() > 1 ? "as few as " : "") +
      std::to_string(fewest) + " of " + (settings_.budget ? "up to " : "") +
      counted(rounds_.most_rounds(), "round") + ": " + few_of({names.begin(), names.end()});
  warn(interrupted() != 0
           ? std::string(kInterrupted) + ", with " + what + "; " +
                 interruption_advice(settings_.reader)
           : "the time budget was used up, with " + what + "; " + time_advice(settings_.reader));
}

std::string Comparison::why_not_compared(const std::string& name) const {
  return rounds_.were_made(name) ? "no metric of it was measured by both builds"
                                 : "no round of it was made";
}

// Adds what no round has measured in both builds. A metric that only A has is a row, so that --strict and the readers of
// the results see the loss. So is a headline metric that each build has in some rounds; any other is a warning.
void Comparison::add_one_sided() {
  std::map<std::pair<Metric, std::string>, std::vector<std::string>> not_compared;  // cases
  for (const auto& [key, rounds] : rounds_.measured()) {
    const auto& [name, metric] = key;
    if (rounds.both > 0) continue;
    const std::string build = rounds.only_b == 0 ? "A" : rounds.only_a == 0 ? "B" : "one of them";
    if (build == "A" || (build != "B" && is_headline(metric))) {
      ComparedRow row{.name = name, .metric = metric};
      row.is_missing_guard = !is_headline(metric);
      rounds_.samples()[name][metric] = std::move(row);
    } else {
      not_compared[{metric, build}].push_back(name);
    }
  }
  for (const auto& [what, names] : not_compared) {
    const auto& [metric, build] = what;
    warn(std::string(facts_of(metric).name) + " of " + counted(names.size(), "case") +
         " is not compared, since only " + build + " measures it: " + few_of(names) +
         (metric == Metric::kTailLatency ? "; " + few_operations(settings_.reader) : ""));
  }
}

// Says in how many rounds one build alone measured it. What B has lost is incomparable, whatever the other rounds say.
void Comparison::say_where_it_lacks(ComparedRow& row) {
  const auto found = rounds_.measured().find({row.name, row.metric});
  if (found == rounds_.measured().end()) return;
  const auto note = one_sided_note(row.metric, found->second, settings_.reader);
  if (!note.empty()) row.note = note;
  if (is_lost(row, rounds_.measured())) {
    row.judgement.verdict = Verdict::kIncomparable;
    row.judgement.confirmed = false;
  }
}

// Says it in each row, and in a warning, since rows that are the same are not shown.
void Comparison::mark_made_again() {
  std::vector<std::string> names;
  for (const auto& [name, late] : rounds_.late()) {
    result_.late.insert(result_.late.end(), late.begin(), late.end());
    if (rounds_.failures().count(name) == 0) names.push_back(name);
  }
  for (auto& row : result_.rows) {
    const auto late = rounds_.late().find(row.name);
    if (late == rounds_.late().end()) continue;
    row.note += (row.note.empty() ? "" : "; ") + retry_note(late->second);
  }
  if (names.empty()) return;
  warn("launches of " + counted(names.size(), "case") +
       " hung or were starved, and were made again; what their threads did is in hung.txt: " +
       few_of(names));
}

// What other rounds have said of a broken case does not count.
void Comparison::mark_failed() {
  for (auto& row : result_.rows) {
    const auto failure = rounds_.failures().find(row.name);
    if (failure == rounds_.failures().end()) continue;
    row.judgement.verdict = Verdict::kIncomparable;
    row.judgement.confirmed = false;
    row.is_missing_guard = false;
    row.note = failure->second;
  }
}

}  // namespace harness
