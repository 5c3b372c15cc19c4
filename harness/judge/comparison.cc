#include "harness/judge/comparison.h"

#include <algorithm>
#include <utility>

#include "harness/base/counted.h"
#include "harness/base/interruption.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostTimes = 4;

// Why a launch may have no p99, and what gives it one.
constexpr char kFewOperations[] =
    "a p99 needs 300 operations that are timed in a window, which may be longer: "
    "--launch-option=--window=1s";

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

// Says why some of the launches have no p99, if that leaves it undecided.
void explain_few_tails(std::map<Metric, ComparedRow>& metrics) {
  const auto tail = metrics.find(Metric::kTailLatency), rate = metrics.find(Metric::kRate);
  if (tail == metrics.end() || rate == metrics.end()) return;
  const auto fewest = static_cast<std::size_t>(kFewestRounds);
  if (tail->second.differences.size() < fewest && rate->second.differences.size() >= fewest) {
    tail->second.note = kFewOperations;
  }
}

}  // namespace

double ComparisonSettings::threshold(const std::string& name, Metric metric) const {
  return floor_of(name, metric).value_or(threshold_of(metric, delta));
}

std::optional<double> ComparisonSettings::floor_of(const std::string& name, Metric metric) const {
  const auto floor = floors.find({name, metric});
  if (floor == floors.end() || floor->second <= threshold_of(metric, delta)) return {};
  return floor->second;
}

Comparison::Comparison(Build a, Build b, std::vector<std::string> cases,
                       ComparisonSettings settings)
    : a_(std::move(a)),
      b_(std::move(b)),
      cases_(std::move(cases)),
      settings_(std::move(settings)),
      random_(settings_.seed) {}

void Comparison::leave_out(const std::string& name, const std::string& why) {
  result_.rows.push_back({.name = name, .note = why});
}

void Comparison::go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep) {
  for (const auto& pair : made) made_[{pair.name, pair.fresh}].push_back(pair);
  keep_ = std::move(keep);
}

void Comparison::run(const Progress& progress) {
  const FinishFirst finish;  // what was measured is judged and written
  Samples samples;
  measure_all(samples, progress);
  add_pairs_that_are_left(samples);
  judge_all(samples);
  confirm(progress);
  for (auto& row : result_.rows) mark_lost(row);
  say_what_is_unconfirmed();
  mark_failed();
  if (!result_.none_judged() || interrupted() != 0) return;
  result_.warnings.push_back(
      "nothing was judged: there were fewer than six rounds of each case; choose fewer cases, or "
      "raise " +
      std::string(settings_.budget ? "--time-budget" : "--rounds"));
}

void Comparison::judge_all(Samples& samples) {
  std::vector<Judgement*> judgements;
  add_one_sided(samples);
  for (const auto& name : cases_) {
    auto& metrics = samples[name];
    if (metrics.empty()) metrics[Metric::kRate] = {.name = name, .note = why_not_compared(name)};
    explain_few_tails(metrics);
    for (auto& [metric, row] : metrics) result_.rows.push_back(std::move(row));
  }
  for (auto& row : result_.rows) {
    row.judgement = judge(row.differences, settings_.threshold(row.name, row.metric));
    row.floor = settings_.floor_of(row.name, row.metric);
    const double wanted = threshold_of(row.metric, settings_.delta);
    row.floor_decided =
        row.floor && judge(row.differences, wanted).verdict != row.judgement.verdict;
    mark_lost(row);
    if (row.judgement.interval && row.judgement.verdict != Verdict::kIncomparable)
      judgements.push_back(&row.judgement);
  }
  const int fewest = rounds_that_discover(judgements.size());
  control_false_discoveries(judgements, fewest);
  if (settings_.budget || settings_.rounds >= fewest) return;
  warn("of " + counted(judgements.size(), "metric") +
       " a change of one alone can be told from chance by " + std::to_string(fewest) +
       " rounds, not by " + std::to_string(settings_.rounds) + ": --rounds " +
       std::to_string(fewest));
}

std::string Comparison::why_not_compared(const std::string& name) const {
  const auto pairs = pairs_.find(name);
  return pairs == pairs_.end() ? "no round of it was made"
                               : "no metric of it was measured by both builds";
}

// What no round has given of both: a rate or a median that A has is a row, anything else a warning.
void Comparison::add_one_sided(Samples& samples) {
  std::map<std::pair<Metric, std::string>, std::vector<std::string>> not_compared;  // cases
  for (const auto& [key, rounds] : measured_) {
    const auto& [name, metric] = key;
    if (rounds.both > 0) continue;
    const std::string build = rounds.only_b == 0 ? "A" : rounds.only_a == 0 ? "B" : "one of them";
    if (build != "B" && is_headline(metric)) {
      samples[name][metric] = {.name = name, .metric = metric};
    } else {
      not_compared[{metric, build}].push_back(name);
    }
  }
  for (const auto& [what, names] : not_compared) {
    const auto& [metric, build] = what;
    warn(std::string(facts_of(metric).name) + " of " + counted(names.size(), "case") +
         " is not compared, since only " + build + " measures it: " + few_of(names) +
         (metric == Metric::kTailLatency ? std::string("; ") + kFewOperations : ""));
  }
}

// Says in how many rounds one build alone measured it. What B has lost is incomparable, whatever the other rounds say.
void Comparison::mark_lost(ComparedRow& row) {
  const auto found = measured_.find({row.name, row.metric});
  if (found == measured_.end()) return;
  const auto note = one_sided_note(row.metric, found->second);
  if (!note.empty()) row.note = note;
  if (row.differences.empty() || b_has_lost(row.metric, found->second)) {
    row.judgement.verdict = Verdict::kIncomparable;
    row.judgement.confirmed = false;
  }
}

// What other rounds have said of a broken case does not count.
void Comparison::mark_failed() {
  for (auto& row : result_.rows) {
    const auto failure = failures_.find(row.name);
    if (failure == failures_.end()) continue;
    row.judgement.verdict = Verdict::kIncomparable;
    row.judgement.confirmed = false;
    row.note = failure->second;
  }
}

void Comparison::measure_all(Samples& samples, const Progress& progress) {
  if (!settings_.budget) {
    measure_rounds(cases_, settings_.rounds, samples, "round", progress);
    return;
  }
  const int first = std::min(kFewestRounds, settings_.rounds);
  if (measure_rounds(cases_, first, samples, "round", progress) < first) return;
  int round = first;
  const auto open_ones_fit = [&] {
    for (const auto& name : open_cases(samples)) {
      if (interrupted() != 0 || !has_time_for(longest_pair_)) return false;
      measure_pair(name, samples);
    }
    return true;
  };
  while (!open_cases(samples).empty()) {
    progress(++round, std::max(round, kMostTimes * settings_.rounds), "round");
    if (!open_ones_fit()) break;
  }
}

std::vector<std::string> Comparison::open_cases(const Samples& samples) {
  std::vector<std::pair<int, std::string>> open;  // how many rounds it lacks, and its name
  int suspects = 0;
  for (const auto& [name, metrics] : samples) {
    if (failures_.count(name) != 0) continue;
    int lacks = 0;
    bool is_suspect = false;
    for (const auto& [metric, row] : metrics) {
      const auto judged = judge(row.differences, settings_.threshold(name, metric));
      const bool undecided = judged.verdict == Verdict::kUndecided;
      is_suspect = is_suspect || judged.verdict == Verdict::kWorse;
      if (undecided && pairs_[name] < kMostTimes * settings_.rounds) {
        lacks = std::max(lacks, judged.rounds_needed - judged.rounds);
      } else if (judged.verdict != Verdict::kSame && !undecided) {
        lacks = std::max(lacks, settings_.rounds - pairs_[name]);
      }
    }
    suspects += is_suspect ? 1 : 0;
    if (lacks > 0) open.emplace_back(lacks, name);
  }
  reserve_ = suspects * settings_.rounds * longest_pair_;
  std::sort(open.begin(), open.end());
  std::vector<std::string> names;
  for (auto& each : open) names.push_back(std::move(each.second));
  return names;
}

// Measures until `rounds` are done, the budget is spent or the program is interrupted; returns how many.
int Comparison::measure_rounds(const std::vector<std::string>& cases, int rounds, Samples& into,
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
      measure_pair(name, into);
    }
    longest = std::max(longest, Clock::now() - begun_ - begun);
  }
  return rounds;
}

void Comparison::measure_pair(const std::string& name, Samples& into) {
  if (failures_.count(name) != 0) return;
  ++pairs_[name];
  auto pair = made_pair(name);
  if (!pair) {
    pair = launched_pair(name);
    if (!pair) return;
    keep_(*pair);
  }
  longest_pair_ = std::max(longest_pair_, nanoseconds_of(pair->seconds));
  add_pair(*pair, into);
}

std::optional<Pair> Comparison::made_pair(const std::string& name) {
  auto& made = made_[{name, confirming_}];
  if (made.empty()) return {};
  Pair pair = std::move(made.front());
  made.pop_front();
  begun_ -= nanoseconds_of(pair.seconds);
  return pair;
}

// Where the time no longer suffices to ask for them again.
void Comparison::add_pairs_that_are_left(Samples& into) {
  for (const auto& name : cases_) {
    while (!made_[{name, false}].empty() && failures_.count(name) == 0) measure_pair(name, into);
  }
}

std::optional<Pair> Comparison::launched_pair(const std::string& name) {
  const auto begun = Clock::now();
  Pair pair{.name = name, .fresh = confirming_};
  const int number = pairs_.at(name);
  ComparisonSettings::OfPair options{settings_.options, settings_.options};
  if (const auto more = settings_.options_of_pair.find(name);
      more != settings_.options_of_pair.end()) {
    options.a.insert(options.a.end(), more->second.a.begin(), more->second.a.end());
    options.b.insert(options.b.end(), more->second.b.begin(), more->second.b.end());
  }
  const auto launch = [&](bool is_a) {
    auto launched = is_a ? a_.measure(name, options.a, settings_.scratch)
                         : b_.measure(name, options.b, settings_.scratch);
    if (interrupted() != 0) return false;
    if (!launched.failure.empty()) {
      pair.failure = std::string(is_a ? "A" : "B") + " failed in launch " + std::to_string(number) +
                     ": " + launched.failure;
      return false;
    }
    (is_a ? pair.a : pair.b) = std::move(launched.sample);
    return true;
  };
  const bool a_first = number % 2 == 1;
  if (!launch(a_first) || !launch(!a_first)) pair.a = pair.b = {};
  if (interrupted() != 0) return {};
  pair.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return pair;
}

void Comparison::add_pair(const Pair& pair, Samples& into) {
  if (!pair.failure.empty()) failures_[pair.name] = pair.failure;
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

// Measures each case with a worse metric in fresh rounds; what is not worse again is undecided.
void Comparison::confirm(const Progress& progress) {
  std::vector<std::string> suspects;
  for (auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    row.judgement.suspected = true;
    if (suspects.empty() || suspects.back() != row.name) suspects.push_back(row.name);
  }
  if (suspects.empty()) return;
  reserve_ = {};
  confirming_ = true;
  Samples fresh;
  const int rounds = measure_rounds(suspects, settings_.rounds, fresh, "confirming", progress);
  fresh_pairs_missing_ = (settings_.rounds - rounds) * static_cast<int>(suspects.size());
  for (auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    const auto again =
        judge(fresh[row.name][row.metric].differences, settings_.threshold(row.name, row.metric));
    row.judgement.confirmed = again.verdict == Verdict::kWorse;
    if (row.judgement.confirmed) continue;
    const bool too_few = rounds < settings_.rounds && again.verdict != Verdict::kSame &&
                         again.verdict != Verdict::kBetter;
    row.judgement.verdict = Verdict::kUndecided;
    row.judgement.doubt = too_few ? Doubt::kUnconfirmed : Doubt::kFreshRounds;
    row.judgement.rounds_needed = row.judgement.rounds + std::max(rounds, settings_.rounds);
  }
}

// What is worse must not pass because no time was left for fresh rounds.
void Comparison::say_what_is_unconfirmed() {
  const auto spent = Clock::now() - begun_ + fresh_pairs_missing_ * longest_pair_;
  const auto budget = std::chrono::ceil<std::chrono::seconds>(spent).count();
  const std::string remedy = "--resume --time-budget " + std::to_string(budget) + "s";
  std::vector<std::string> names;
  for (auto& row : result_.rows) {
    const auto& judged = row.judgement;
    if (judged.verdict != Verdict::kUndecided || judged.doubt != Doubt::kUnconfirmed) continue;
    const std::string why = interrupted() != 0
                                ? "worse, but it was interrupted before that was confirmed"
                                : "worse, but no time was left to confirm it: " + remedy;
    row.note = why + (row.note.empty() ? "" : "; ") + row.note;
    if (names.empty() || names.back() != row.name) names.push_back(row.name);
  }
  if (names.empty() || interrupted() != 0) return;
  warn("no time was left to confirm what is worse in " + counted(names.size(), "case") +
       "; the same command with " + remedy + " goes on: " + few_of(names));
}

bool Comparison::has_time_for(std::chrono::nanoseconds longest) const {
  return !settings_.budget || Clock::now() - begun_ + longest + reserve_ <= *settings_.budget;
}

}  // namespace harness
