#include "harness/judge/one_sided.h"

#include "harness/base/counted.h"

namespace harness {
namespace {

constexpr int kLost = 4;  // one of so many rounds

}  // namespace

std::string remedy_for(Metric metric, const std::string& option) {
  if (metric != Metric::kTailLatency && metric != Metric::kMedianLatency) return "";
  return std::string(metric == Metric::kTailLatency ? "; a p99 needs 300" : "; it needs more") +
         " operations that are timed in a window, which may be longer: " + option;
}

bool b_has_lost(Metric metric, const RoundsWith& rounds) {
  return is_headline(metric) && rounds.only_a > 0 && kLost * rounds.only_a >= rounds.all();
}

std::string one_sided_note(Metric metric, const RoundsWith& rounds, Reader reader) {
  if (rounds.only_a + rounds.only_b == 0) return "";
  const auto of_all = [&](int count) {
    return std::to_string(count) + " of " + counted(rounds.all(), "round");
  };
  std::string text;
  if (rounds.only_a > 0) text = "only A measured it in " + of_all(rounds.only_a);
  if (rounds.only_b > 0) {
    text += (text.empty() ? "only B measured it in " : ", only B in ") + of_all(rounds.only_b);
  }
  return text + remedy_for(metric, window_advice(reader));
}

bool b_has_lost(Metric metric, const LaunchesWithout& launches) {
  return is_headline(metric) && launches.b > 0 && kLost * launches.b >= launches.of_b &&
         launches.b * launches.of_a > launches.a * launches.of_b;
}

std::string one_sided_note(Metric metric, const LaunchesWithout& launches) {
  std::string text;
  const auto add = [&](const char* run, int without, int all) {
    if (without == 0) return;
    text += (text.empty() ? "" : ", ") + std::string(run) + " lacks it in " +
            std::to_string(without) + " of " + counted(all, "launch", "launches");
  };
  add("the first run", launches.a, launches.of_a);
  add("the second run", launches.b, launches.of_b);
  return text.empty() ? text : text + remedy_for(metric, kLongerWindow);
}

}  // namespace harness
