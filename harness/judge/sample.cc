#include "harness/judge/sample.h"

#include <string>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/judge/statistics.h"

namespace harness {
namespace {

// Returns which number of the row is negative or impossibly large, as a faulty program may write it; empty if none is.
std::string impossible_in(const Json& row) {
  for (const Metric metric : kMetrics) {
    const auto facts = facts_of(metric);
    const auto value = row.find(std::string(facts.column));
    if (value == row.end() || !value->is_number()) continue;
    if (*value >= 0 && *value <= facts.most) continue;
    return std::string(facts.column) + " is " + to_text(*value) + ", which cannot be";
  }
  return "";
}

// What a run says of its program; empty if it says nothing, as an older one does.
std::string linked_in(const Json& run) {
  const auto tool = run.find("tool");
  if (tool == run.end() || !tool->is_object()) return "";
  const auto linked = tool->find("linked");
  return linked != tool->end() && linked->is_string() ? linked->get<std::string>() : "";
}

}  // namespace

Sample sample_of(const std::vector<Json>& rows) {
  std::map<Metric, std::vector<double>> values;
  for (const auto& row : rows) {
    if (row.value("status", "") != "ok") continue;
    for (const Metric metric : kMetrics) {
      const auto value = row.find(std::string(facts_of(metric).column));
      if (value != row.end() && value->is_number() && *value > 0) values[metric].push_back(*value);
    }
  }
  Sample sample;
  for (const auto& [metric, all] : values) sample[metric] = median(all);
  return sample;
}

Launched launched_of(const std::vector<Json>& rows) {
  if (rows.empty()) return {.failure = "it wrote no row"};
  for (const auto& row : rows) {
    const auto status = row.value("status", std::string());
    if (status == "ok") {
      const auto why = impossible_in(row);
      if (!why.empty()) return {.failure = why};
      continue;
    }
    const auto error = row.value("error", std::string());
    return {.failure = one_line(error.empty() ? status : status + ": " + error),
            .skipped = status == "skipped" && &row == &rows.front() ? one_line(error) : ""};
  }
  return {.sample = sample_of(rows)};
}

Launched launched_of_events(const std::vector<Json>& events) {
  std::vector<Json> rows;
  std::optional<LateEnd> late;
  std::string linked;
  for (const auto& event : events) {
    if (event.value("event", "") == "run") linked = linked_in(event);
    if (event.value("event", "") != "sample") continue;
    rows.push_back(event.at("row"));
    if (rows.back().value("status", "") != "timeout") continue;
    const auto starved = event.find("starved"), threads = event.find("threads");
    late.emplace();
    late->starved = starved != event.end() && *starved == true;
    if (threads != event.end() && threads->is_array()) late->threads = *threads;
  }
  Launched launched = launched_of(rows);
  launched.late = late;
  launched.linked = linked;
  return launched;
}

}  // namespace harness
