#include "harness/rounds/rounds.h"

#include <algorithm>
#include <cmath>

#include "harness/base/interruption.h"
#include "harness/judge/verdict.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostTimes = 4;

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

}  // namespace

Rounds::Rounds(Build a, Build b, std::vector<std::string> cases, const ComparisonSettings& settings)
    : source_(std::move(a), std::move(b)),
      cases_(std::move(cases)),
      settings_(settings),
      random_(settings.seed) {}

void Rounds::go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep) {
  source_.go_on_from(made, std::move(keep));
}

void Rounds::measure(const Progress& progress) {
  if (settings_.budget) {
    measure_to_budget(progress);
  } else {
    measure_rounds(rounds_of_all(settings_.rounds), "round", progress);
  }
  add_pairs_that_are_left();
}

void Rounds::measure_afresh(const std::map<std::string, int>& rounds, const Progress& progress) {
  reserve_ = {};
  confirming_ = true;
  std::map<std::string, int> missing;
  for (const auto& [name, count] : rounds) missing[name] = count - fresh_of(name);
  measure_rounds(missing, "confirming", progress);
  for (const auto& [name, count] : rounds) {
    while (fresh_of(name) < count && is_there(name)) measure_pair(name);
  }
}

// Made earlier, so that it takes no time.
bool Rounds::is_there(const std::string& name) const {
  return !is_given_up(name) && source_.has_made(name, confirming_);
}

bool Rounds::is_given_up(const std::string& name) const {
  return failures_.count(name) != 0 || skipped_.count(name) != 0;
}

int Rounds::made_of(const std::string& name) const {
  const auto found = made_.find(name);
  return found == made_.end() ? 0 : found->second;
}

int Rounds::fresh_of(const std::string& name) const {
  const auto found = fresh_made_.find(name);
  return found == fresh_made_.end() ? 0 : found->second;
}

int Rounds::most_rounds() const {
  return settings_.budget ? std::max(kFewestRounds, kMostTimes * settings_.rounds)
                          : settings_.rounds;
}

std::chrono::nanoseconds Rounds::budget_with(const std::map<std::string, int>& more_rounds) const {
  return Clock::now() - begun_ + time_of(more_rounds);
}

std::map<std::string, int> Rounds::rounds_of_all(int rounds) const {
  std::map<std::string, int> all;
  for (const auto& name : cases_) all[name] = rounds;
  return all;
}

void Rounds::measure_to_budget(const Progress& progress) {
  const int first = std::min(kFewestRounds, settings_.rounds);
  if (!measure_rounds(rounds_of_all(first), "round", progress)) return;
  add_pairs_that_are_left();  // what is open is seen from all of them
  int round = first;
  for (bool any = true; any;) {
    any = false;
    progress(++round, std::max(round, most_rounds()), "round");
    for (const auto& name : open_cases()) {
      if (interrupted() != 0) return;
      if (!is_there(name) && !has_time_for(longest_of(name))) continue;
      measure_pair(name);
      any = true;
    }
  }
}

int Rounds::next_look(int made) const {
  int look = settings_.rounds;
  while (look < made) look *= 2;
  return std::min(look, most_rounds());
}

// That it is the same is seen at once; what matters, or may be chance, waits for the next look.
int Rounds::rounds_lacking(const Judgement& judged, int made) const {
  const int to_look = next_look(made) - made;
  switch (judged.verdict) {
    case Verdict::kWorse:
    case Verdict::kBetter:
    case Verdict::kIncomparable:  // B lacks it in too many rounds so far
      return to_look;
    case Verdict::kUndecided: {
      if (made >= most_rounds()) return 0;
      const bool matters = std::abs(judged.effect) >= judged.delta;
      return std::max(matters ? to_look : 1, judged.rounds_needed - judged.rounds);
    }
    default:
      return 0;
  }
}

std::vector<std::string> Rounds::open_cases() {
  std::vector<ComparedRow*> rows;
  for (auto& [name, metrics] : samples_) {
    if (failures_.count(name) != 0) continue;
    for (auto& [metric, row] : metrics) rows.push_back(&row);
  }
  judge_family(rows, measured_, settings_);
  std::map<std::string, int> lacking, suspects;  // rounds, by case
  for (const auto* row : rows) {
    const int made = made_of(row->name);
    int& lacks = lacking[row->name];
    lacks = std::max(lacks, rounds_lacking(row->judgement, made));
    if (row->judgement.verdict == Verdict::kWorse) suspects[row->name] = made;
  }
  reserve_ = time_of(suspects);
  std::vector<std::pair<int, std::string>> open;  // the nearest to a decision first
  for (const auto& [name, lacks] : lacking) {
    if (lacks > 0) open.emplace_back(lacks, name);
  }
  std::sort(open.begin(), open.end());
  std::vector<std::string> names;
  for (auto& each : open) names.push_back(std::move(each.second));
  return names;
}

// Measures until each case has its rounds, the budget is spent or the program is interrupted; returns whether they are all
// made. What was made earlier takes no time.
bool Rounds::measure_rounds(const std::map<std::string, int>& rounds, const std::string& phase,
                            const Progress& progress) {
  int most = 0;
  std::vector<std::string> order;
  for (const auto& [name, count] : rounds) {
    order.push_back(name);
    most = std::max(most, count);
  }
  for (int round = 1; round <= most; ++round) {
    std::map<std::string, int> to_launch;
    for (const auto& [name, count] : rounds) {
      if (count >= round && !is_given_up(name) && !is_there(name)) to_launch[name] = 1;
    }
    if (interrupted() != 0) return false;
    if (!to_launch.empty() && !has_time_for(time_of(to_launch))) return false;
    progress(round, most, phase);
    std::shuffle(order.begin(), order.end(), random_);
    for (const auto& name : order) {
      if (rounds.at(name) < round) continue;
      if (interrupted() != 0) return false;
      if (to_launch.count(name) != 0 && !has_time_for(longest_of(name))) return false;
      measure_pair(name);
    }
  }
  return true;
}

void Rounds::measure_pair(const std::string& name) {
  if (is_given_up(name)) return;
  ++(confirming_ ? fresh_made_ : made_)[name];
  auto pair = source_.take_made(name, confirming_);
  if (pair) {
    begun_ -= nanoseconds_of(pair->seconds);  // its time counts as spent
  } else {
    pair = source_.launch(name, made_of(name) + fresh_of(name), confirming_, settings_);
  }
  if (!pair) return;
  if (pair->late.empty()) {
    for (auto* longest : {&longest_pair_[name], &longest_of_all_}) {
      *longest = std::max(*longest, nanoseconds_of(pair->seconds));
    }
  }
  add_pair(*pair);
}

// Of an earlier run with another budget or none; or where the time no longer suffices to ask for them.
void Rounds::add_pairs_that_are_left() {
  for (const auto& name : cases_) {
    while (is_there(name)) measure_pair(name);
  }
}

void Rounds::add_late(const Pair& pair) {
  if (pair.late.empty()) return;
  auto& all = late_[pair.name];
  const auto before =
      std::find_if(all.begin(), all.end(), [](const auto& each) { return !each.starved; });
  if (pair.failure.empty() && before != all.end() && !pair.late.front().starved) {
    failures_[pair.name] = what_happened(*before) + ", and " + what_happened(pair.late.front()) +
                           ": " + pair.late.front().why;
  }
  all.insert(all.end(), pair.late.begin(), pair.late.end());
}

void Rounds::add_skipped(const Pair& pair) {
  const int number = made_of(pair.name) + fresh_of(pair.name);
  if (number == 1) {
    skipped_[pair.name] = pair.skipped;
    return;
  }
  failures_[pair.name] = "A and B skipped it in launch " + std::to_string(number) +
                         ", after it was measured: " + pair.skipped;
}

void Rounds::add_pair(const Pair& pair) {
  if (!pair.failure.empty()) failures_[pair.name] = pair.failure;
  add_late(pair);
  if (!pair.skipped.empty()) return add_skipped(pair);
  Samples& into = confirming_ ? fresh_ : samples_;
  for (const Metric metric : kMetrics) {
    const auto in_a = pair.a.find(metric), in_b = pair.b.find(metric);
    if (in_a == pair.a.end() && in_b == pair.b.end()) continue;
    RoundsWith& rounds = measured_[{pair.name, metric}];
    if (in_a == pair.a.end() || in_b == pair.b.end()) {
      ++(in_a == pair.a.end() ? rounds.only_b : rounds.only_a);
      continue;
    }
    ++rounds.both;
    ComparedRow& row = into[pair.name][metric];
    row.name = pair.name;
    row.metric = metric;
    row.a.push_back(in_a->second);
    row.b.push_back(in_b->second);
    row.differences.push_back(worsening(metric, in_a->second, in_b->second));
  }
}

std::chrono::nanoseconds Rounds::longest_of(const std::string& name) const {
  const auto found = longest_pair_.find(name);
  return found == longest_pair_.end() ? longest_of_all_ : found->second;
}

std::chrono::nanoseconds Rounds::time_of(const std::map<std::string, int>& rounds) const {
  std::chrono::nanoseconds time{};
  for (const auto& [name, count] : rounds) time += count * longest_of(name);
  return time;
}

bool Rounds::has_time_for(std::chrono::nanoseconds time) const {
  return !settings_.budget || Clock::now() - begun_ + time + reserve_ <= *settings_.budget;
}

}  // namespace harness
