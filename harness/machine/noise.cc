#include "harness/machine/noise.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/statistics.h"

namespace harness {
namespace {

constexpr std::size_t kRounds = 12, kPairs = 2 * kRounds, kStep = 4;
constexpr char kAboutScore[] =
    "that is the largest `by this alone`, and at best: cases vary in more ways than a probe\n";
constexpr char kAboutProbes[] =
    "varies: how far a batch usually lies from the median; worst 1 %: how much longer it takes;\n"
    "by this alone: the smallest change that 12 rounds of `ab` would find in 90 % of trials, if "
    "launches varied as this\n"
    "probe does. It is made of differences of neighbouring batches, so it need not follow "
    "`varies`\n";
constexpr char kSetsScore[] = "  sets the score";
constexpr double kConfidence = 0.95, kFoundIn = 0.9;

template <typename... Values>
std::string formatted(const char* form, Values... values) {
  char text[300];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

std::string percent(double share) { return formatted("%.1f %%", 100 * share); }

std::string effect_text(double effect) { return effect > 1 ? "100 %" : percent(effect); }

double deviation(const std::vector<double>& values, double middle) {
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - middle));
  return 1.4826 * median(std::move(distances));
}

// Rounds A B, B A, ... of batches that follow each other, from `first` on.
std::vector<double> differences_from(const std::vector<double>& ns, std::size_t first) {
  std::vector<double> differences;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const double one = ns[first + 2 * round], other = ns[first + 2 * round + 1];
    differences.push_back(round % 2 == 0 ? std::log(other / one) : std::log(one / other));
  }
  return differences;
}

std::optional<double> smallest_effect_of(const std::vector<double>& ns) {
  std::vector<double>
      found_from;  // of each trial: the worsening from which its interval lies above 0
  for (std::size_t first = 0; first + kPairs <= ns.size(); first += kStep) {
    const auto interval = median_interval(differences_from(ns, first), kConfidence);
    found_from.push_back(std::max(0.0, -interval->low));
  }
  if (found_from.empty()) return std::nullopt;
  return std::expm1(quantile(std::move(found_from), kFoundIn));
}

std::string duration_text(double ns) {
  if (ns < 1e3) return formatted("%.3g ns", ns);
  return ns < 1e6 ? formatted("%.3g us", ns / 1e3) : formatted("%.3g ms", ns / 1e6);
}

template <typename Value>
Json known(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// Of the probes that have one.
std::optional<double> largest_effect_in(const std::vector<ProbeNoise>& probes) {
  std::optional<double> largest;
  for (const auto& each : probes) {
    if (each.smallest_effect) largest = std::max(largest.value_or(0), *each.smallest_effect);
  }
  return largest;
}

// How far the clock frequencies that were seen lie apart.
double spread_of(const std::vector<double>& mhz) {
  if (mhz.empty()) return 0;
  const auto [low, high] = std::minmax_element(mhz.begin(), mhz.end());
  return *high / *low - 1;
}

}  // namespace

ProbeNoise noise_of(const ProbeSeries& series) {
  ProbeNoise noise{.name = series.name, .smallest_effect = smallest_effect_of(series.ns)};
  if (!noise.smallest_effect) {
    noise.reason =
        formatted("too few batches: %zu, and %zu are needed; allow more time by --time-budget",
                  series.ns.size(), kPairs);
  }
  if (series.ns.empty()) {
    noise.measured = false;
    return noise;
  }
  noise.median_ns = median(series.ns);
  noise.varies = deviation(series.ns, noise.median_ns) / noise.median_ns;
  noise.worst = quantile(series.ns, 0.99) / noise.median_ns - 1;
  return noise;
}

std::vector<Cause> causes_of(const MachineFacts& facts) {
  std::vector<Cause> causes;
  if (facts.throttled_us.value_or(0) > 0) {
    causes.push_back({formatted("a CPU quota held this program back for %.1f ms",
                                static_cast<double>(*facts.throttled_us) / 1e3),
                      "lift it (cpu.max; docker run --cpus), or measure with fewer parties"});
  } else if (facts.quota && *facts.quota != "max") {
    causes.push_back(
        {"there is a CPU quota (" + *facts.quota + ")",
         "lift it (cpu.max; docker run --cpus): more parties would be held back by it"});
  }
  if (facts.steal_frac.value_or(0) > 0.005) {
    causes.push_back(
        {"the hypervisor gave " + percent(*facts.steal_frac) + " of the time to others",
         "take a machine with CPUs of its own, or more rounds: `ab --rounds 30`"});
  }
  if (facts.others_frac.value_or(0) > 0.02) {
    causes.push_back(
        {"other programs use " + percent(*facts.others_frac) + " of all CPUs" +
             (facts.busiest.empty() ? "" : " (of one CPU: " + joined(facts.busiest, ", ") + ")"),
         "stop them, or keep them off some CPUs and measure on these: taskset -c"});
  }
  if (facts.stalled_frac.value_or(0) > 0.01) {
    causes.push_back(
        {"for " + percent(*facts.stalled_frac) + " of the time a task waited for a CPU",
         "stop what runs beside it; it may be in another container"});
  }
  if (facts.governor && *facts.governor != "performance") {
    causes.push_back({"the frequency governor is " + *facts.governor,
                      "cpupower frequency-set --governor performance"});
  }
  if (const double spread = spread_of(facts.mhz); spread > 0.02) {
    causes.push_back(
        {"the clock frequency varied by " + percent(spread),
         facts.turbo.value_or(false)
             ? "switch the turbo off: echo 0 >/sys/devices/system/cpu/cpufreq/boost, or "
               "echo 1 >/sys/devices/system/cpu/intel_pstate/no_turbo"
             : "look for a limit of heat or power (turbostat)"});
  }
  if (facts.cpus < 2) {
    causes.push_back(
        {"only one CPU may be used", "allow two or more: nothing can run side by side"});
  } else if (facts.cores < 2) {
    causes.push_back({"the CPUs are the threads of one core",
                      "allow a second core: parties that run side by side share its units"});
  }
  return causes;
}

NoiseReport noise_of(const std::vector<ProbeSeries>& series, const MachineFacts& facts) {
  NoiseReport report;
  const bool had_time = std::any_of(series.begin(), series.end(),
                                    [](const ProbeSeries& each) { return !each.ns.empty(); });
  for (const auto& each : series) {
    report.probes.push_back(noise_of(each));
    if (each.ns.empty() && had_time) {
      report.probes.back().reason = facts.cpus == 1
                                        ? "it needs two CPUs, and only one may be used; allow "
                                          "two or more"
                                        : "its two threads never ran at the same time; stop other "
                                          "programs, or allow more time by --time-budget";
    }
  }
  const auto largest = largest_effect_in(report.probes);
  const bool all_known =
      std::all_of(report.probes.begin(), report.probes.end(),
                  [](const ProbeNoise& each) { return each.smallest_effect.has_value(); });
  if (all_known) report.smallest_effect = largest;
  report.causes = causes_of(facts);
  if (report.causes.empty() && largest.value_or(0) > 0.05) {
    const bool guest = facts.is_guest.value_or(false);
    report.causes.push_back(
        {guest ? "nothing that this virtual machine reports: its neighbours, perhaps, which share "
                 "caches and power"
               : "nothing that this machine reports: firmware (SMIs), perhaps, or heat",
         "measure at another time or on another machine, or take more rounds: `ab --rounds 30`"});
  }
  return report;
}

std::optional<int> score_of(const NoiseReport& report) {
  if (!report.smallest_effect) return std::nullopt;
  return static_cast<int>(std::lround(std::max(0.0, 100 - 500 * *report.smallest_effect)));
}

std::string grade_of(const NoiseReport& report) {
  if (!report.smallest_effect) return "unknown";
  const double effect = *report.smallest_effect;
  return effect <= 0.02 ? "quiet" : effect <= 0.05 ? "usable" : effect <= 0.15 ? "noisy" : "unfit";
}

std::string reason_of(const NoiseReport& report) {
  std::vector<std::string> reasons;
  for (const auto& probe : report.probes) {
    if (!probe.reason.empty()) reasons.push_back(probe.name + ": " + probe.reason);
  }
  return joined(reasons, "; ");
}

std::string noise_text(const NoiseReport& report) {
  std::string text;
  if (const auto score = score_of(report)) {
    text =
        formatted("score %d of 100, %s: a change below about %s is not worth looking for here\n",
                  *score, grade_of(report).c_str(), effect_text(*report.smallest_effect).c_str()) +
        kAboutScore;
  } else {
    text = "no score, which takes every probe: " + reason_of(report) + "\n";
  }
  text += kAboutProbes;
  text += formatted("\n%-12s %10s %10s %12s %16s\n", "probe", "median", "varies", "worst 1 %",
                    "by this alone");
  for (const auto& probe : report.probes) {
    if (!probe.measured) {
      text += formatted("%-12s not measured: ", probe.name.c_str()) + probe.reason + "\n";
      continue;
    }
    text += formatted("%-12s %10s %10s %12s %16s\n", probe.name.c_str(),
                      duration_text(probe.median_ns).c_str(), percent(probe.varies).c_str(),
                      ("+" + percent(probe.worst)).c_str(),
                      probe.smallest_effect ? percent(*probe.smallest_effect).c_str() : "-");
    if (probe.smallest_effect && probe.smallest_effect == report.smallest_effect) {
      text.insert(text.size() - 1, kSetsScore);
    }
    if (!probe.reason.empty()) text.insert(text.size() - 1, "  " + probe.reason);
  }
  text += report.causes.empty() ? "\nnothing disturbs it that the machine reports\n" : "\n";
  for (const auto& cause : report.causes) text += cause.what + "\n  -> " + cause.remedy + "\n";
  return text;
}

Json noise_json(const NoiseReport& report, const MachineFacts& facts) {
  Json probes = Json::array(), causes = Json::array();
  for (const auto& probe : report.probes) {
    const auto if_measured = [&](double value) { return probe.measured ? Json(value) : Json(); };
    probes.push_back({{"probe", probe.name},
                      {"median_ns", if_measured(probe.median_ns)},
                      {"robust_cv", if_measured(probe.varies)},
                      {"worst_1_percent", if_measured(probe.worst)},
                      {"smallest_effect", known(probe.smallest_effect)},
                      {"reason", text_or_null(probe.reason)}});
  }
  for (const auto& cause : report.causes) {
    causes.push_back({{"cause", cause.what}, {"remedy", cause.remedy}});
  }
  return {{"score", known(score_of(report))},
          {"reason", text_or_null(reason_of(report))},
          {"grade", grade_of(report)},
          {"smallest_effect", known(report.smallest_effect)},
          {"probes", probes},
          {"causes", causes},
          {"machine",
           {{"steal_frac", known(facts.steal_frac)},
            {"psi_cpu_some_frac", known(facts.stalled_frac)},
            {"others_frac", known(facts.others_frac)},
            {"busiest", facts.busiest},
            {"throttled_us", known(facts.throttled_us)},
            {"quota", known(facts.quota)},
            {"governor", known(facts.governor)},
            {"turbo", known(facts.turbo)},
            {"mhz", facts.mhz},
            {"cpus", facts.cpus},
            {"cores", facts.cores}}}};
}

}  // namespace harness
