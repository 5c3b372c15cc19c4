#include "harness/scenario.h"

#include <algorithm>
#include <cctype>

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
      header_(control.header()) {}

Tally& Run::tally(int party) { return control_.tally(party); }
void Run::latencies_are_whole(int at_once) { control_.expect_whole_operations(at_once); }
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
