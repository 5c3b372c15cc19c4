#include "harness/scenario.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/measure/engine.h"
#include "harness/measure/measurement.h"

namespace harness {
namespace {

const Parameter::Value& find(const Point::Values& values, std::string_view name) {
  for (const auto& [parameter, value] : values) {
    if (parameter == name) return value;
  }
  throw std::out_of_range("no parameter is called " + std::string(name));
}

constexpr const char* kArrivalAxis = "arrival";

// "const@20k" and "poisson@1.5M"; k is a thousand, M a million.
std::optional<Arrival> arrival_from(const std::string& word) {
  const auto at = word.find('@');
  const std::string how = word.substr(0, at);
  if (at == std::string::npos || (how != "const" && how != "poisson")) return std::nullopt;
  double rate = 0;
  const char* end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data() + at + 1, end, rate);
  const std::string unit(rest, end);
  rate *= unit == "k" || unit == "K" ? 1e3 : unit == "m" || unit == "M" ? 1e6 : 1;
  const bool known = unit.empty() || unit.find_first_not_of("kKmM") == std::string::npos;
  if (error != std::errc() || !known || unit.size() > 1 || !(rate >= 1 && rate <= 1e9)) {
    throw BadUsage("--arrival: " + in_quotes(word) +
                   " is no rate from 1 to 1000M a second; write const@20k or poisson@1.5M");
  }
  return Arrival{.per_s = rate, .poisson = how == "poisson"};
}

}  // namespace

std::int64_t Point::operator[](std::string_view parameter) const {
  return std::get<std::int64_t>(find(values_, parameter));
}

const std::string& Point::text(std::string_view parameter) const {
  return std::get<std::string>(find(values_, parameter));
}

std::string to_string(const Parameter::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

bool is_contender_name(const std::string& name) {
  const auto may_be_in_it = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name != "none" && !name.starts_with("cpython_") &&
         std::all_of(name.begin(), name.end(), may_be_in_it);
}

bool has_contender(const Scenario& scenario, const std::string& name) {
  return std::any_of(scenario.parameters.begin(), scenario.parameters.end(),
                     [&](const Parameter& each) {
                       return each.kind == Parameter::Kind::kContender &&
                              contains(each.sweep, Parameter::Value(name));
                     });
}

Parameter arrival_axis() {
  return {.name = kArrivalAxis,
          .column = "load_mode",
          .sweep = {"none"},
          .meaning =
              "operations begin at fixed times: const@20k, poisson@20k, so many a second in all; "
              "none: the next when "
              "the last has ended",
          .form = [](const std::string& word) -> std::optional<std::string> {
            const auto arrival = arrival_from(word);
            if (!arrival) return std::nullopt;
            return std::string(arrival->poisson ? "poisson@" : "const@") +
                   std::to_string(static_cast<std::int64_t>(arrival->per_s));
          }};
}

std::string Point::name(std::string_view scenario) const {
  std::string name(scenario);
  for (const auto& [parameter, value] : values_) {
    const std::string text = to_string(value);
    if (text != "none") name.append("/").append(parameter).append(":").append(text);
  }
  return name;
}

Run::Run(const Point& point, std::uint64_t seed, std::string interpreter, Measurement& control,
         std::vector<std::string> program)
    : point_(point),
      seed_(seed),
      interpreter_(std::move(interpreter)),
      program_(std::move(program)),
      control_(control),
      header_(control.header()) {
  control.is_program = !program_.empty();
}

Tally& Run::tally(int party) { return control_.tally(party); }
Tally& Run::service_tally(int party) { return control_.service_tally(party); }

Arrival Run::open_loop() {
  for (const auto& [axis, value] : point_.values()) {
    if (axis == kArrivalAxis) return open_loop(arrival_from(to_string(value)).value_or(Arrival()));
  }
  return open_loop(Arrival());
}
Arrival Run::open_loop(const Arrival& arrival) {
  note("load_mode", !arrival.is_open() ? "closed" : arrival.poisson ? "poisson" : "const");
  if (!arrival.is_open()) return arrival;
  note("target_rate_per_s", static_cast<std::int64_t>(arrival.per_s));
  note("metric_kind", "latency");
  control_.expect_arrivals(arrival.per_s, arrival.poisson);
  return arrival;
}

void Run::latencies_are_whole(int at_once) { control_.expect_whole_operations(at_once); }
std::optional<double> Run::injected_delay_ns() {
  control_.injected_delay.taken = true;
  return control_.injected_delay.ns;
}
void Run::each_operation_moves(std::int64_t bytes) { control_.bytes_per_operation = bytes; }
void Run::expect(int parties) { control_.expect(parties); }
int Run::tally_fd() const { return control_.fd(); }
void Run::measure() { control_.measure(); }
void Run::operation(const std::function<void()>& body) { run_engine(control_, body); }

void Run::note(std::string_view column, std::string_view text) {
  control_.facts[std::string(column)] = std::string(text);
}
void Run::note(std::string_view column, std::int64_t number) {
  control_.facts[std::string(column)] = number;
}

}  // namespace harness
