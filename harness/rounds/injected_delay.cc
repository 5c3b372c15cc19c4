#include "harness/rounds/injected_delay.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "harness/base/interruption.h"
#include "harness/judge/slowdown_fit.h"
#include "harness/judge/statistics.h"

namespace harness {
namespace {

// The first step: a slowdown that the noise of launches cannot hide.
constexpr double kCoarse = 0.25, kLeast = 0.15, kMost = 0.40;
constexpr int kCoarseRounds = 24, kCoarseTries = 6;
// Then one near each wanted share: the smaller it is, the more rounds tell it from 0.
constexpr double kRoundsOfShare = 16;
constexpr int kMostRounds = 384;

// What a launch says of itself (run/launch.cc), of another revision perhaps.
constexpr char kTakesNoDelay[] = "takes no injected delay";

class Slowing {
 public:
  Slowing(const Build& build, const std::string& name, const std::vector<std::string>& options,
          const std::filesystem::path& scratch)
      : build_(build), name_(name), options_(options), scratch_(scratch) {}

  std::optional<double> rate(double delay_ns) const {
    auto options = options_;
    options.push_back(injected_delay(delay_ns));
    auto launched = build_.measure(name_, options, scratch_);
    if (launched.late && interrupted() == 0) launched = build_.measure(name_, options, scratch_);
    const Sample& sample = launched.sample;
    const auto rate = sample.find(Metric::kRate);
    return rate == sample.end() ? std::nullopt : std::optional(rate->second);
  }

  // By which share operations take longer with the delay, in the median of some rounds.
  std::optional<double> by(double delay_ns, int rounds) const {
    std::vector<double> differences;
    for (int round = 0; round < rounds; ++round) {
      if (interrupted() != 0) return std::nullopt;
      const bool slow_first = round % 2 == 1;
      const auto first = rate(slow_first ? delay_ns : 0), second = rate(slow_first ? 0 : delay_ns);
      if (!first || !second) return std::nullopt;
      const double difference = worsening(Metric::kRate, *first, *second);
      differences.push_back(slow_first ? -difference : difference);
    }
    return std::expm1(median(differences));
  }

 private:
  const Build& build_;
  const std::string& name_;
  const std::vector<std::string>& options_;
  const std::filesystem::path& scratch_;
};

// Measures a delay that slows an operation by about 25 %.
std::optional<SlowdownPoint> coarse(const Slowing& slowing) {
  const auto rate = slowing.rate(0);
  if (!rate) return std::nullopt;
  const double operation_ns = 1e9 / *rate;
  double delay = kCoarse * operation_ns;
  for (int attempt = 0; attempt < kCoarseTries && delay < 4 * operation_ns; ++attempt) {
    const auto slowed = slowing.by(delay, kCoarseRounds);
    if (!slowed) return std::nullopt;
    if (*slowed >= kLeast && *slowed <= kMost) return SlowdownPoint{delay, *slowed, kCoarseRounds};
    delay *= std::clamp(kCoarse / std::max(*slowed, 0.01), 0.2, 4.0);
  }
  return std::nullopt;
}

int rounds_for(double share) {
  return static_cast<int>(std::min<double>(kMostRounds, kRoundsOfShare / share));
}

}  // namespace

int fewest_launches_to_find_delays(const std::vector<double>& shares) {
  int rounds = kCoarseRounds;
  for (const double share : std::set<double>(shares.begin(), shares.end())) {
    rounds += rounds_for(share);
  }
  return 1 + 2 * rounds;
}

std::string injected_delay(double ns) { return "--injected-delay=" + std::to_string(ns); }

DelayTakers delay_takers(const Build& build, const std::vector<std::string>& cases,
                         const std::vector<std::string>& options,
                         const std::filesystem::path& scratch) {
  auto with_delay = options;
  with_delay.push_back(injected_delay(0));
  DelayTakers found;
  for (const auto& name : cases) {
    const auto failure = build.measure(name, with_delay, scratch).failure;
    if (interrupted() != 0) break;
    const bool takes_none = failure.find(kTakesNoDelay) != std::string::npos;
    (takes_none ? found.others : found.takers).push_back(name);
  }
  return found;
}

std::optional<std::map<double, double>> delays_that_slow(const Build& build,
                                                         const std::string& name,
                                                         const std::vector<std::string>& options,
                                                         const std::filesystem::path& scratch,
                                                         const std::vector<double>& shares) {
  const Slowing slowing(build, name, options, scratch);
  const auto first = coarse(slowing);
  if (!first) return std::nullopt;
  std::vector<SlowdownPoint> points = {*first};
  // From the largest on: each measurement says better where the next one is to be made.
  for (const double share : std::set<double, std::greater<>>(shares.begin(), shares.end())) {
    const double delay = SlowdownFit(points).delay_for(share);
    const auto slowed = slowing.by(delay, rounds_for(share));
    if (!slowed) return std::nullopt;
    points.push_back({delay, *slowed, rounds_for(share)});
  }
  const SlowdownFit fit(points);
  std::map<double, double> delays;
  for (const double share : shares) delays[share] = fit.delay_for(share);
  return delays;
}

}  // namespace harness
