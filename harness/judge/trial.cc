#include "harness/judge/trial.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "harness/base/json.h"

namespace harness {

Metric metric_called(const std::string& name) {
  const auto* found = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                   [&](Metric each) { return facts_of(each).name == name; });
  if (found == std::end(kMetrics)) throw std::out_of_range("no metric is called " + name);
  return *found;
}

Trial trial_of(const Compared& compared, double slowed_by, double seconds) {
  Trial trial{.slowed_by = slowed_by, .seconds = seconds};
  for (const auto& row : compared.rows) {
    const auto& judged = row.judgement;
    if (!judged.interval) continue;
    trial.rows.push_back({.name = row.name,
                          .metric = row.metric,
                          .effect = judged.effect,
                          .interval = judged.interval,
                          .suspected = judged.suspected || judged.verdict == Verdict::kBetter,
                          .confirmed = judged.confirmed,
                          .undecided = judged.verdict == Verdict::kUndecided});
  }
  return trial;
}

Json json_of(const Trial& trial) {
  Json rows = Json::array();
  for (const auto& row : trial.rows) {
    rows.push_back({{"case", row.name},
                    {"metric", facts_of(row.metric).name},
                    {"worsening", row.effect},
                    {"interval", {row.interval->low, row.interval->high}},
                    {"suspected", row.suspected},
                    {"confirmed", row.confirmed},
                    {"undecided", row.undecided}});
  }
  return {{"event", "trial"},
          {"slowed_by", trial.slowed_by},
          {"seconds", trial.seconds},
          {"rows", rows}};
}

Trial trial_from(const Json& json) {
  Trial trial{.slowed_by = json.at("slowed_by").get<double>(),
              .seconds = json.at("seconds").get<double>()};
  for (const auto& row : json.at("rows")) {
    const auto& ends = row.at("interval");
    trial.rows.push_back({.name = row.at("case").get<std::string>(),
                          .metric = metric_called(row.at("metric").get<std::string>()),
                          .effect = row.at("worsening").get<double>(),
                          .interval = Interval{ends.at(0).get<double>(), ends.at(1).get<double>()},
                          .suspected = row.at("suspected").get<bool>(),
                          .confirmed = row.at("confirmed").get<bool>(),
                          .undecided = row.at("undecided").get<bool>()});
  }
  return trial;
}

}  // namespace harness
