#include "harness/record/tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/stacks.h"
#include "harness/measure/histogram.h"
#include "harness/record/columns.h"
#include "harness/record/events.h"

namespace harness {
namespace {

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? csv_cell(value.get<std::string>()) : value.dump();
}

std::string samples(const std::vector<Json>& events) {
  std::string csv;
  for (const auto column : kColumns) csv.append(column).append(",");
  csv.back() = '\n';
  for (const Json& event : events) {
    if (event.value("event", "") != "sample") continue;
    const Json& row = event.at("row");
    for (const auto column : kColumns) {
      const auto cell = row.find(std::string(column));
      if (cell != row.end()) csv += text_of(*cell);
      csv += ',';
    }
    csv.back() = '\n';
  }
  return csv;
}

std::string histograms(const std::vector<Json>& events) {
  std::string csv = "run_id,case,launch,repetition,kind,bucket_lo_ns,bucket_hi_ns,count\n";
  for (const Json& event : events) {
    if (event.value("event", "") != "sample" || !event.contains("latency")) continue;
    const Json& row = event.at("row");
    const std::string key = text_of(row.at("run_id")) + "," + text_of(row.at("case")) + "," +
                            text_of(row.at("launch")) + "," + text_of(row.at("repetition")) +
                            ",service,";
    for (const Json& entry : event.at("latency")) {
      const int bucket = entry.at(0).get<int>();
      csv += key + std::to_string(Histogram::lowest(bucket)) + "," +
             std::to_string(Histogram::lowest(bucket + 1)) + "," + entry.at(1).dump() + "\n";
    }
  }
  return csv;
}

// The run's facts, with what became of each case.
Json run_facts(const std::vector<Json>& events) {
  Json run = {{"schema_version", 1}};
  std::map<std::string, std::map<std::string, int>> outcomes;
  std::map<std::string, std::set<int>> launches;  // those that were measured, by case
  for (const Json& event : events) {
    const std::string kind = event.value("event", "");
    if (kind == "run" || kind == "end") {
      for (const auto& [key, value] : event.items()) {
        if (key != "event") run[key] = value;
      }
    } else if (kind == "sample") {
      const Json& row = event.at("row");
      ++outcomes[row.at("case")][row.at("status")];
      if (row.at("status") == "ok") launches[row.at("case")].insert(row.at("launch").get<int>());
    }
  }
  if (!launches.empty()) {
    const auto fewer = [](const auto& a, const auto& b) {
      return a.second.size() < b.second.size();
    };
    run["launches_fewest"] =
        std::min_element(launches.begin(), launches.end(), fewer)->second.size();
  }
  run["cases"] = Json::array();
  for (const auto& [name, by_status] : outcomes) {
    run["cases"].push_back({{"case", name}, {"rows", by_status}});
  }
  return run;
}

std::string word_of(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end()) return "?";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// What the threads of launches that hung were doing when they were stopped.
std::string hung_threads(const std::vector<Json>& events) {
  std::string text;
  for (const Json& event : events) {
    const auto threads = event.find("threads");
    if (threads == event.end() || !threads->is_array()) continue;
    const Json& row = event.at("row");
    text += word_of(row, "case") + " launch " + word_of(row, "launch") + ": " +
            word_of(row, "error") + "\n" + stacks_text(*threads);
  }
  return text;
}

}  // namespace

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

void write_tables(const std::filesystem::path& directory) {
  const auto events = read_events(directory);
  write_file(directory / "samples.csv", samples(events));
  write_file(directory / "hist.csv", histograms(events));
  write_file(directory / "run.json", to_text(run_facts(events), 2) + "\n");
  const std::string hung = hung_threads(events);
  if (!hung.empty()) write_file(directory / "hung.txt", hung);
}

void write_run(const std::filesystem::path& directory, const std::vector<Json>& events) {
  write_file(directory / "run.json", to_text(run_facts(events), 2) + "\n");
}

}  // namespace harness
