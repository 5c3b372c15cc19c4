#include "harness/run/showing.h"

#include <algorithm>
#include <string>

#include "harness/base/json.h"

namespace harness {
namespace {

double number(const Json& row, const char* column) {
  const Json value = row.value(column, Json());
  return value.is_number() ? value.get<double>() : 0;
}

double speed(const Json& row, const char* column) {
  const double took = number(row, column);
  return took > 0 ? 1 / took : 0;
}

std::string library_of(const Case& of) {
  const auto& labels = of.scenario->contenders;
  const auto label =
      std::find_if(labels.begin(), labels.end(),
                   [name = of.contender()](auto& each) { return each.name == name; });
  return label == labels.end() || label->family.empty() ? of.contender() : label->family;
}

// Nothing checks what it moves: a program of a user's that leaves it out.
bool is_unverified(const Json& row) {
  const Json warning = row.value("warning", Json());
  return warning.is_string() &&
         warning.get<std::string>().find("unverified: ") != std::string::npos;
}

bool burns_cpu(const Json& row) {
  const Json wait = row.value("wait", Json());
  return wait == "spin" || wait == "yield";
}

}  // namespace

std::optional<Showing> showing_of(const Case& of, const Json& row) {
  if (row.value("status", "") != "ok") return std::nullopt;
  const double rate = number(row, "ops_per_s"), p50 = speed(row, "lat_p50_ns"),
               mean = speed(row, "lat_mean_ns");
  Showing shown{.of = &of, .between = row.value("scope", ""), .library = library_of(of)};
  shown.is_choice = shown.library != "limit" && !burns_cpu(row) && !is_unverified(row);
  if (row.value("metric_kind", "") == "throughput") {
    shown.merits = {rate, p50, mean};
  } else {
    shown.merits = {p50, mean, rate};
  }
  return shown;
}

}  // namespace harness
