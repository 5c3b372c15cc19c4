// The part of a comparison that confirms: fresh rounds of what seems worse, and what they say.
#include <chrono>
#include <map>
#include <set>
#include <string>

#include "harness/base/counted.h"
#include "harness/base/interruption.h"
#include "harness/judge/advice.h"
#include "harness/rounds/comparison.h"

namespace harness {

// Of cases with so many fresh rounds: twice as many of those in which they say neither that it is worse nor that it is not.
std::map<std::string, int> Comparison::rounds_of_doubtful(
    const std::map<std::string, int>& rounds) {
  std::map<std::string, int> doubled;
  for (const auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    if (judge_afresh(row).verdict == Verdict::kUndecided)
      doubled[row.name] = 2 * rounds.at(row.name);
  }
  return doubled;
}

Judgement Comparison::judge_afresh(const ComparedRow& row) {
  return judge(rounds_.fresh_samples()[row.name][row.metric].differences,
               settings_.threshold(row.name, row.metric));
}

// Measures each case with a worse metric again, in as many fresh rounds as it took to find it: fewer would miss it more
// often. Where these leave it open, a time budget is spent on as many more. What is not worse again is undecided.
void Comparison::confirm(const Progress& progress) {
  std::map<std::string, int> suspects;
  for (auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    row.judgement.suspected = true;
    suspects[row.name] = rounds_.made_of(row.name);
  }
  if (suspects.empty()) return;
  rounds_.measure_afresh(suspects, progress);
  if (settings_.budget) rounds_.measure_afresh(rounds_of_doubtful(suspects), progress);
  for (const auto& [name, wanted] : suspects) {
    const int missing = wanted - rounds_.fresh_of(name);
    if (missing > 0 && rounds_.failures().count(name) == 0) fresh_missing_[name] = missing;
  }
  for (auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    const auto again = judge_afresh(row);
    row.judgement.confirmed = again.verdict == Verdict::kWorse;
    if (row.judgement.confirmed) continue;
    const bool too_few =
        !again.interval || (fresh_missing_.count(row.name) != 0 &&
                            again.verdict != Verdict::kSame && again.verdict != Verdict::kBetter);
    row.judgement.verdict = Verdict::kUndecided;
    row.judgement.doubt = too_few ? Doubt::kUnconfirmed : Doubt::kFreshRounds;
    row.judgement.rounds_needed = row.judgement.rounds + suspects[row.name];
  }
}

// What is worse must not pass because no time was left for fresh rounds, or too few of them measured it.
void Comparison::say_what_is_unconfirmed() {
  const auto wanted = rounds_.budget_with(fresh_missing_);
  const auto budget = std::chrono::ceil<std::chrono::seconds>(wanted).count();
  const Reader reader = settings_.reader;
  const std::string remedy = budget_advice(reader, std::to_string(budget) + "s");
  std::set<std::string> without_time, seldom_measured;
  for (auto& row : result_.rows) {
    const auto& judged = row.judgement;
    if (judged.verdict != Verdict::kUndecided || judged.doubt != Doubt::kUnconfirmed) continue;
    const bool is_missing = fresh_missing_.count(row.name) != 0;
    const auto measured = rounds_.fresh_samples()[row.name][row.metric].differences.size();
    const std::string why = !is_missing ? "worse, but only " + std::to_string(measured) + " of " +
                                              counted(rounds_.fresh_of(row.name), "fresh round") +
                                              " measured it in both builds, too few to confirm it"
                            : interrupted() != 0
                                ? "worse, but it was interrupted before that was confirmed"
                                : "worse, but no time was left to confirm it: " + remedy;
    row.note = why + (row.note.empty() ? "" : "; ") + row.note;
    if (rounds_.failures().count(row.name) == 0) {
      (is_missing ? without_time : seldom_measured).insert(row.name);
    }
  }
  if (!seldom_measured.empty()) {
    warn("too few fresh rounds measured what is worse in " +
         counted(seldom_measured.size(), "case") +
         " to confirm it: " + few_of({seldom_measured.begin(), seldom_measured.end()}));
  }
  if (without_time.empty() || interrupted() != 0) return;
  warn("no time was left to confirm what is worse in " + counted(without_time.size(), "case") +
       "; " +
       (reader == Reader::kAction ? remedy : "the same command with " + remedy + " goes on") +
       ": " + few_of({without_time.begin(), without_time.end()}));
}

}  // namespace harness
