#include "harness/judge/self_test_report.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/comparison_cells.h"

namespace harness {
namespace {

constexpr double kMostFloor = 10;  // a logarithm: 20,000 times as slow

template <typename... Values>
std::string formatted(const char* form, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

Json json_of(const SelfTest::Row& row) {
  return {{"case", row.name},
          {"metric", facts_of(row.metric).name},
          {"trials", row.trials},
          {"wrong", row.wrong},
          {"wrong_confirmed", row.wrong_confirmed},
          {"undecided", row.undecided},
          {"rate_upper_95", row.rate_upper},
          {"smallest_effect_found_90", row.smallest_effect}};
}

Json json_of(const SelfTest::Power& power) {
  return {{"case", power.name},   {"slowed_by", power.slowed_by}, {"trials", power.trials},
          {"found", power.found}, {"confirmed", power.confirmed}, {"worsening", power.effect}};
}

double percent_of(int part, int whole) { return whole == 0 ? 0 : 100.0 * part / whole; }

std::string line_of(const SelfTest::Row& row) {
  const bool sum = row.name == "all" || row.name == "cases";
  return "| " + row.name + " | " + (sum ? "" : std::string(facts_of(row.metric).name)) +
         formatted(" | %d | %d | %d | %.2f %% | %d | %+.1f %% |\n", row.trials, row.wrong,
                   row.wrong_confirmed, 100 * row.rate_upper, row.undecided,
                   100 * std::expm1(row.smallest_effect));
}

std::string line_of(const SelfTest::Power& power) {
  return "| " + power.name +
         formatted(" | %g %% | %+.1f %% | %d | %d (%.0f %%) | %d (%.0f %%) |\n",
                   100 * power.slowed_by, 100 * std::expm1(power.effect), power.trials, power.found,
                   percent_of(power.found, power.trials), power.confirmed,
                   percent_of(power.confirmed, power.trials));
}

}  // namespace

std::string text_of(const SelfTest& test) {
  std::string text;
  if (test.total().trials > 0) {
    text +=
        "| case | metric | trials | wrong | and confirmed | rate of wrong at most (95 %) | "
        "undecided | found in 90 % "
        "from |\n| :-- | :-- | --: | --: | --: | --: | --: | --: |\n";
    for (const auto& row : test.rows()) text += line_of(row);
    text += line_of(test.total()) + line_of(test.cases());
  }
  if (const auto powers = test.powers(); !powers.empty()) {
    text +=
        "| case | slowed by | rate worse by, median of trials | trials | found | and confirmed |\n"
        "| :-- | --: | --: | --: | --: | --: |\n";
    for (const auto& power : powers) text += line_of(power);
  }
  return text.empty() ? "no trial was made\n" : text;
}

std::map<std::pair<std::string, Metric>, double> floors_from(
    const std::string& option, const std::filesystem::path& file,
    const std::vector<std::string>& cases) {
  const auto refuse = [&](const std::string& why) {
    return BadUsage(option + ": " + file.string() + " " + why);
  };
  std::ifstream stream(file);
  if (!stream) throw refuse("cannot be read (" + reason(errno) + "); name the aa.json of an `aa`");
  std::map<std::pair<std::string, Metric>, double> floors;
  bool of_these = false;
  try {
    const Json all = Json::parse(stream);
    for (const auto& row : all.at("cases")) {
      const auto name = row.at("case").get<std::string>();
      const double floor = row.at("smallest_effect_found_90").get<double>();
      if (!(floor >= 0 && floor <= kMostFloor)) throw std::out_of_range("no floor");
      floors[{name, metric_called(row.at("metric").get<std::string>())}] = floor;
      of_these = of_these || contains(cases, name);
    }
  } catch (const std::exception&) {  // Json's, a metric or a number that is none
    throw refuse("is no aa.json; name the one that `aa` wrote");
  }
  if (!of_these) throw refuse("says nothing of these cases; name the aa.json of an `aa` of them");
  return floors;
}

void write_self_test(const SelfTest& test, const ComparisonSettings& settings,
                     const std::filesystem::path& folder) {
  Json cases = Json::array(), powers = Json::array();
  for (const auto& row : test.rows()) cases.push_back(json_of(row));
  for (const auto& power : test.powers()) powers.push_back(json_of(power));
  const Json all = {{"rounds", settings.rounds},
                    {"delta", settings.delta},
                    {"total", json_of(test.total())},
                    {"by_case", json_of(test.cases())},
                    {"cases", cases},
                    {"power", powers}};
  write_file(folder / "aa.json", all.dump(1) + "\n");
  write_file(folder / "aa.md", text_of(test));
}

}  // namespace harness
