#include "harness/rounds/pair.h"

#include <stdexcept>

#include "harness/base/json.h"
#include "harness/judge/trial.h"

namespace harness {
namespace {

Json json_of(const Sample& sample) {
  Json json = Json::object();
  for (const auto& [metric, value] : sample) json[std::string(facts_of(metric).name)] = value;
  return json;
}

Sample sample_from(const Json& json) {
  Sample sample;
  for (const auto& [name, value] : json.items()) {
    const double number = value.get<double>();
    const Metric metric = metric_called(name);
    if (!(number > 0 && number <= facts_of(metric).most)) throw std::out_of_range(name);
    sample[metric] = number;
  }
  return sample;
}

}  // namespace

Json json_of(const Pair& pair) {
  Json json = {{"event", "pair"},         {"case", pair.name},    {"fresh", pair.fresh},
               {"seconds", pair.seconds}, {"a", json_of(pair.a)}, {"b", json_of(pair.b)},
               {"failure", pair.failure}};
  if (!pair.linked_a.empty()) json["linked_a"] = pair.linked_a;
  if (!pair.linked_b.empty()) json["linked_b"] = pair.linked_b;
  for (const auto& late : pair.late) json["late"].push_back(json_of(late));
  if (!pair.skipped.empty()) json["skipped"] = pair.skipped;
  return json;
}

Pair pair_from(const Json& json) {
  if (json.at("event") != "pair") throw std::out_of_range("event");
  Pair pair{.name = json.at("case").get<std::string>(),
            .fresh = json.at("fresh").get<bool>(),
            .seconds = json.at("seconds").get<double>(),
            .a = sample_from(json.at("a")),
            .b = sample_from(json.at("b")),
            .linked_a = json.value("linked_a", ""),
            .linked_b = json.value("linked_b", ""),
            .failure = json.at("failure").get<std::string>()};
  for (const auto& late : json.value("late", Json::array())) {
    pair.late.push_back(late_launch_from(late));
  }
  pair.skipped = json.value("skipped", "");
  constexpr double kLongest = 1e6;
  if (!(pair.seconds >= 0 && pair.seconds < kLongest)) throw std::out_of_range("seconds");
  return pair;
}

}  // namespace harness
