#include "harness/rounds/rounds.h"

#include <algorithm>

#include "harness/base/interruption.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostTimes = 4;

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

bool may_be_worse(const Judgement& judged) {
  return judged.verdict == Verdict::kWorse || (judged.doubt == Doubt::kChance && judged.effect > 0);
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
    measure_rounds(cases_, settings_.rounds, "round", progress);
  }
  add_pairs_that_are_left();
}

int Rounds::measure_afresh(const std::vector<std::string>& cases, const Progress& progress) {
  reserve_ = {};
  confirming_ = true;
  return measure_rounds(cases, settings_.rounds, "confirming", progress);
}

int Rounds::made_of(const std::string& name) const {
  const auto all = pairs_.find(name), fresh = fresh_pairs_.find(name);
  return (all == pairs_.end() ? 0 : all->second) -
         (fresh == fresh_pairs_.end() ? 0 : fresh->second);
}

std::chrono::nanoseconds Rounds::budget_with(int more_pairs) const {
  return Clock::now() - begun_ + more_pairs * longest_pair_;
}

void Rounds::measure_to_budget(const Progress& progress) {
  const int first = std::min(kFewestRounds, settings_.rounds);
  if (measure_rounds(cases_, first, "round", progress) < first) return;
  int round = first;
  const auto open_ones_fit = [&] {
    for (const auto& name : open_cases()) {
      if (interrupted() != 0 || !has_time_for(longest_pair_)) return false;
      measure_pair(name);
    }
    return true;
  };
  while (!open_cases().empty()) {
    progress(++round, std::max(round, kMostTimes * settings_.rounds), "round");
    if (!open_ones_fit()) break;
  }
}

int Rounds::next_look(int made) const {
  int look = settings_.rounds;
  while (look < made) look *= 2;
  return std::min(look, kMostTimes * settings_.rounds);
}

Rounds::Judged Rounds::judge_samples() const {
  Judged judged;
  std::vector<Judgement*> all;
  for (const auto& [name, metrics] : samples_) {
    if (failures_.count(name) != 0) continue;
    for (const auto& [metric, row] : metrics) {
      auto& of_case = judged[name];
      of_case.push_back(judge(row.differences, settings_.threshold(name, metric)));
    }
  }
  for (auto& [name, of_case] : judged) {
    for (auto& each : of_case) {
      if (each.interval) all.push_back(&each);
    }
  }
  control_false_discoveries(all, rounds_that_discover(std::max<std::size_t>(all.size(), 1)));
  return judged;
}

int Rounds::rounds_lacking(const std::vector<Judgement>& judged, int made) const {
  int lacks = 0;
  for (const auto& each : judged) {
    if (each.verdict == Verdict::kSame) continue;
    const int to_look = next_look(made) - made;
    if (each.verdict != Verdict::kUndecided) {
      lacks = std::max(lacks, to_look);
    } else if (made < kMostTimes * settings_.rounds) {
      lacks = std::max({lacks, to_look, each.rounds_needed - each.rounds});
    }
  }
  return lacks;
}

std::vector<std::string> Rounds::open_cases() {
  std::vector<std::pair<int, std::string>> open;  // how many rounds it lacks, and its name
  int suspects = 0;
  for (const auto& [name, judged] : judge_samples()) {
    const bool is_suspect = std::any_of(judged.begin(), judged.end(),
                                        [](const auto& each) { return may_be_worse(each); });
    suspects += is_suspect ? 1 : 0;
    const int lacks = rounds_lacking(judged, pairs_.at(name));
    if (lacks > 0) open.emplace_back(lacks, name);
  }
  reserve_ = suspects * settings_.rounds * longest_pair_;
  std::sort(open.begin(), open.end());
  std::vector<std::string> names;
  for (auto& each : open) names.push_back(std::move(each.second));
  return names;
}

// Measures until `rounds` are done, the budget is spent or the program is interrupted; returns how many.
int Rounds::measure_rounds(const std::vector<std::string>& cases, int rounds,
                           const std::string& phase, const Progress& progress) {
  auto order = cases;
  Clock::duration longest{};
  for (int round = 0; round < rounds; ++round) {
    if (interrupted() != 0 || !has_time_for(longest)) return round;
    progress(round + 1, rounds, phase);
    const auto begun = Clock::now() - begun_;
    std::shuffle(order.begin(), order.end(), random_);
    for (const auto& name : order) {
      if (interrupted() != 0 || !has_time_for(longest_pair_)) return round;
      measure_pair(name);
    }
    longest = std::max(longest, Clock::now() - begun_ - begun);
  }
  return rounds;
}

void Rounds::measure_pair(const std::string& name) {
  if (failures_.count(name) != 0) return;
  const int number = ++pairs_[name];
  if (confirming_) ++fresh_pairs_[name];
  auto pair = source_.take_made(name, confirming_);
  if (pair) {
    begun_ -= nanoseconds_of(pair->seconds);  // its time counts as spent
  } else {
    pair = source_.launch(name, number, confirming_, settings_);
  }
  if (!pair) return;
  if (pair->late.empty()) {
    longest_pair_ = std::max(longest_pair_, nanoseconds_of(pair->seconds));
  }
  add_pair(*pair);
}

// Where the time no longer suffices to ask for them again.
void Rounds::add_pairs_that_are_left() {
  for (const auto& name : cases_) {
    while (source_.has_made(name, false) && failures_.count(name) == 0) measure_pair(name);
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

void Rounds::add_pair(const Pair& pair) {
  if (!pair.failure.empty()) failures_[pair.name] = pair.failure;
  add_late(pair);
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

bool Rounds::has_time_for(std::chrono::nanoseconds longest) const {
  return !settings_.budget || Clock::now() - begun_ + longest + reserve_ <= *settings_.budget;
}

}  // namespace harness
