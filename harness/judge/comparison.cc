#include "harness/judge/comparison.h"

#include <algorithm>
#include <utility>

#include "harness/base/interruption.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFewestRounds = 6, kMostTimes = 4;

}  // namespace

double ComparisonSettings::threshold(const std::string& name, Metric metric) const {
  const double wanted = threshold_of(metric, delta);
  const auto floor = floors.find({name, metric});
  return floor == floors.end() ? wanted : std::max(wanted, floor->second);
}

Comparison::Comparison(Build a, Build b, std::vector<std::string> cases,
                       ComparisonSettings settings)
    : a_(std::move(a)),
      b_(std::move(b)),
      cases_(std::move(cases)),
      settings_(std::move(settings)),
      random_(settings_.seed) {}

void Comparison::run(const Progress& progress) {
  const FinishFirst finish;  // what was measured is judged and written
  Samples samples;
  measure_all(samples, progress);
  std::vector<Judgement*> judgements;
  for (const auto& name : cases_) {
    auto& metrics = samples[name];
    if (metrics.empty()) metrics[Metric::kRate] = {.name = name};
    for (auto& [metric, row] : metrics) result_.rows.push_back(std::move(row));
  }
  for (auto& row : result_.rows) {
    row.judgement = judge(row.differences, settings_.threshold(row.name, row.metric));
    if (row.judgement.verdict != Verdict::kIncomparable) judgements.push_back(&row.judgement);
  }
  control_false_discoveries(judgements);
  confirm(progress);
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
    const auto begun = Clock::now();
    std::shuffle(order.begin(), order.end(), random_);
    for (const auto& name : order) {
      if (interrupted() != 0) return round;
      measure_pair(name, into);
    }
    longest = std::max(longest, Clock::now() - begun);
  }
  return rounds;
}

void Comparison::measure_pair(const std::string& name, Samples& into) {
  const auto begun = Clock::now();
  const bool a_first = pairs_[name]++ % 2 == 0;
  Sample a, b;
  ComparisonSettings::OfPair options{settings_.options, settings_.options};
  if (const auto more = settings_.options_of_pair.find(name);
      more != settings_.options_of_pair.end()) {
    options.a.insert(options.a.end(), more->second.a.begin(), more->second.a.end());
    options.b.insert(options.b.end(), more->second.b.begin(), more->second.b.end());
  }
  if (a_first) a = a_.measure(name, options.a, settings_.scratch);
  b = b_.measure(name, options.b, settings_.scratch);
  if (!a_first) a = a_.measure(name, options.a, settings_.scratch);
  longest_pair_ = std::max<std::chrono::nanoseconds>(longest_pair_, Clock::now() - begun);
  for (const auto& [metric, value_a] : a) {
    const auto value_b = b.find(metric);
    if (value_b == b.end()) continue;
    ComparedRow& row = into[name][metric];
    row.name = name;
    row.metric = metric;
    row.a.push_back(value_a);
    row.b.push_back(value_b->second);
    row.differences.push_back(worsening(metric, value_a, value_b->second));
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
  Samples fresh;
  const int rounds = measure_rounds(suspects, settings_.rounds, fresh, "confirming", progress);
  for (auto& row : result_.rows) {
    if (row.judgement.verdict != Verdict::kWorse) continue;
    const auto again =
        judge(fresh[row.name][row.metric].differences, settings_.threshold(row.name, row.metric));
    row.judgement.confirmed = again.verdict == Verdict::kWorse;
    if (row.judgement.confirmed) continue;
    row.judgement.verdict = Verdict::kUndecided;
    row.judgement.rounds_needed = row.judgement.rounds + std::max(rounds, settings_.rounds);
  }
}

bool Comparison::has_time_for(std::chrono::nanoseconds longest) const {
  return !settings_.budget || Clock::now() - begun_ + longest + reserve_ <= *settings_.budget;
}

}  // namespace harness
