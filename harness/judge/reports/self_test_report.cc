#include "harness/judge/reports/self_test_report.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/reports/case_table.h"
#include "harness/judge/reports/comparison_cells.h"
#include "harness/judge/reports/comparison_markdown.h"
#include "harness/judge/run_facts.h"

namespace harness {
namespace {

// What is found in 90 % of trials is not known from fewer: the largest of ten exceeds it in two cases of three.
constexpr int kFewestOfFloor = 10;
constexpr double kMostFloor = 10;  // a logarithm: 20,000 times as slow

template <typename... Values>
std::string formatted(const char* form, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}

Json json_of(const SelfTest::Row& row) {
  return {{"case", row.name},
          {"metric", row.is_sum ? Json() : Json(facts_of(row.metric).name)},
          {"trials", row.trials},
          {"wrong", row.wrong},
          {"wrong_confirmed", row.wrong_confirmed},
          {"undecided", row.undecided},
          {"rate_upper_95", row.rate_upper},
          {"smallest_effect_found_90", row.is_sum ? Json() : Json(row.smallest_effect)}};
}

Json json_of(const SelfTest::Power& power) {
  return {{"case", power.name},   {"slowed_by", power.slowed_by}, {"trials", power.trials},
          {"found", power.found}, {"confirmed", power.confirmed}, {"worsening", power.effect}};
}

double percent_of(int part, int whole) { return whole == 0 ? 0 : 100.0 * part / whole; }

CaseTable::Cells cells_of(const SelfTest::Row& row) {
  return {row.is_sum ? "" : std::string(facts_of(row.metric).name),
          std::to_string(row.trials),
          std::to_string(row.wrong),
          std::to_string(row.wrong_confirmed),
          formatted("%.2f %%", 100 * row.rate_upper),
          std::to_string(row.undecided),
          row.is_sum ? "" : worsening_text(row.metric, row.smallest_effect)};
}

CaseTable::Cells cells_of(const SelfTest::Power& power) {
  const auto counted = [&](int count) {
    return formatted("%d (%.0f %%)", count, percent_of(count, power.trials));
  };
  return {formatted("%g %%", 100 * power.slowed_by), worsening_text(Metric::kRate, power.effect),
          std::to_string(power.trials), counted(power.found), counted(power.confirmed)};
}

std::string line_of(const std::string& name, const CaseTable::Cells& cells) {
  std::string line = "| " + markdown_text(name) + " |";
  for (const auto& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

// In the terminal and in aa.md.
const CaseTable::Cells kTrialsHead{"metric",        "trials",    "wrong",     "and confirmed",
                                   "wrong at most", "undecided", "found from"};
const CaseTable::Cells kPowerHead{"slowed by", "worse by", "trials", "found", "and confirmed"};

std::vector<std::pair<std::string, SelfTest::Row>> sums_of(const SelfTest& test) {
  return {{"all metrics of all cases", test.total()},
          {"all cases: wrong if any metric of a case is", test.cases()},
          {"all trials: a build would be wrongly judged", test.whole()}};
}

// Of a table in Markdown: `case` and so many columns after it are of text, the others of numbers.
std::string markdown_head(const CaseTable::Cells& head, std::size_t texts) {
  std::string names = "| case |", rule = "| :-- |";
  for (std::size_t column = 0; column < head.size(); ++column) {
    names += " " + head[column] + " |";
    rule += column < texts ? " :-- |" : " --: |";
  }
  return names + "\n" + rule + "\n";
}

constexpr char kAboutTrials[] =
    "wrong: said worse or better although nothing changed; and confirmed: would have failed a "
    "build;\n"
    "wrong at most: upper 95 % bound of that rate; found from: worse by so much (+) would be found "
    "in 90 % of trials\n\n";
constexpr double kLooseBound = 0.05;
constexpr char kFewTrials[] =
    "\"wrong at most\" is high since there are few trials: 59 of a case without a wrong one would "
    "give 5 %; the same\ncommand with --resume and a larger --trials adds to these\n";
constexpr char kFewOfFloor[] =
    "\"found from\" is not known from fewer than ten trials: it may be far too low, and is no "
    "floor for `ab`; the "
    "same\ncommand with --resume and a larger --trials adds to these\n";
constexpr char kDecidedLittle[] =
    "most was undecided: that nothing is wrong says little, since `ab` could say little here; more "
    "--rounds, longer "
    "windows\nor a quieter machine decide more (`bench-all noise`)\n";
constexpr char kNoGate[] =
    "what is found from above +100 % (of fairness above 0.5) has no gate with `ab --floor`; more "
    "--rounds, longer "
    "windows or a\nquieter machine give it one\n";
constexpr double kMostUndecided = 0.5;
constexpr char kAboutPower[] =
    "worse by: of the rate, in the median trial; + is worse, as the time that an operation "
    "takes\n\n";

// What the trials of an aa.json have other than an `ab` with these settings.
std::vector<std::string> doubts_about(const Json& all, const ComparisonSettings& settings) {
  std::vector<std::string> doubts;
  const auto note = [&](const std::string& what, const std::string& there,
                        const std::string& here) {
    if (there != here) doubts.push_back(what + " " + there + " there, " + here + " here");
  };
  if (all.contains("rounds")) {
    const Json& rounds = all.at("rounds");
    if (!rounds.is_number_integer() || rounds < 1) throw std::out_of_range("no number of rounds");
    note("rounds", to_text(rounds), std::to_string(settings.rounds));
  }
  if (all.contains("delta")) {
    const auto text = [](double delta) { return formatted("%g %%", 100 * delta); };
    note("--delta", text(all.at("delta").get<double>()), text(settings.delta));
  }
  if (all.contains("options")) {
    const auto text = [](std::vector<std::string> options) {
      std::sort(options.begin(), options.end());
      return options.empty() ? "none" : joined(options);
    };
    note("options of launches", text(all.at("options").get<std::vector<std::string>>()),
         text(settings.options));
  }
  if (const auto failures = all.value("failures", Json::array()); !failures.empty()) {
    doubts.push_back(counted(failures.size(), "trial") + " not ended, since a case failed");
  }
  if (all.value("measured_on", Json()).is_object()) {
    for (const auto& difference : unlike(all.at("measured_on"), measured_on())) {
      doubts.push_back(difference);
    }
  }
  return doubts;
}

}  // namespace

std::string text_of(const SelfTest& test) {
  std::string text;
  if (test.total().trials > 0) {
    CaseTable table(kTrialsHead);
    for (const auto& row : test.rows()) table.add(row.name, cells_of(row));
    for (const auto& [name, sum] : sums_of(test)) table.add(name, cells_of(sum));
    text += kAboutTrials + table.text();
    const auto rows = test.rows();
    if (std::any_of(rows.begin(), rows.end(), [](const auto& row) {
          return leaves_no_gate(row.metric, row.smallest_effect);
        })) {
      text += kNoGate;
    }
    if (std::any_of(rows.begin(), rows.end(),
                    [](const auto& row) { return row.trials < kFewestOfFloor; })) {
      text += kFewOfFloor;
    }
    const auto all = test.cases();
    if (all.wrong == 0 && all.rate_upper > kLooseBound) text += kFewTrials;
    if (all.undecided > kMostUndecided * all.trials) text += kDecidedLittle;
  }
  if (const auto powers = test.powers(); !powers.empty()) {
    CaseTable table(kPowerHead);
    for (const auto& power : powers) table.add(power.name, cells_of(power));
    text += kAboutPower + table.text();
  }
  return text.empty() ? "no trial was made\n" : text;
}

std::string markdown_of(const SelfTest& test) {
  std::string text;
  if (test.total().trials > 0) {
    text += kAboutTrials + markdown_head(kTrialsHead, 1);
    for (const auto& row : test.rows()) text += line_of(row.name, cells_of(row));
    for (const auto& [name, sum] : sums_of(test)) text += line_of(name, cells_of(sum));
  }
  if (const auto powers = test.powers(); !powers.empty()) {
    if (!text.empty()) text += "\n";
    text += kAboutPower + markdown_head(kPowerHead, 0);
    for (const auto& power : powers) text += line_of(power.name, cells_of(power));
  }
  return text.empty() ? "no trial was made\n" : text;
}

Floors floors_from(const std::string& option, const std::filesystem::path& file,
                   const std::vector<std::string>& cases, const ComparisonSettings& settings) {
  const auto refuse = [&](const std::string& why) {
    return BadUsage(option + ": " + file.string() + " " + why);
  };
  std::ifstream stream(file);
  if (!stream) throw refuse("cannot be read (" + reason(errno) + "); name the aa.json of an `aa`");
  Floors floors;
  std::set<std::string> covered;
  std::vector<std::string> ungated, rough;
  bool says_where = false;  // an older aa.json does not
  try {
    const Json all = Json::parse(stream);
    for (const auto& row : all.at("cases")) {
      const auto name = row.at("case").get<std::string>();
      const double floor = row.at("smallest_effect_found_90").get<double>();
      if (!(floor >= 0 && floor <= kMostFloor)) throw std::out_of_range("no floor");
      const Metric metric = metric_called(row.at("metric").get<std::string>());
      floors.by_case[{name, metric}] = floor;
      if (!contains(cases, name)) continue;
      covered.insert(name);
      if (row.value("trials", kFewestOfFloor) < kFewestOfFloor) {
        rough.push_back(std::string(facts_of(metric).name) + " of " + name);
      }
      if (leaves_no_gate(metric, floor)) {
        ungated.push_back(std::string(facts_of(metric).name) + " of " + name);
      }
    }
    floors.doubts = doubts_about(all, settings);
    says_where = all.contains("measured_on") && all.at("measured_on").is_object();
  } catch (const std::exception&) {  // Json's, a metric or a number that is none
    throw refuse("is no aa.json; name the one that `aa` wrote");
  }
  if (covered.empty())
    throw refuse("says nothing of these cases; name the aa.json of an `aa` of them");
  if (!floors.doubts.empty()) {
    floors.doubts = {option + ": " + file.string() +
                     " is of other settings or another machine, whose floors may not hold here: " +
                     joined(floors.doubts, "; ")};
  }
  if (!says_where) {
    floors.doubts.push_back(option + ": " + file.string() +
                            " does not say on which machine and with which build it was measured, "
                            "so its floors may not hold here; measure it anew by `bench-all aa`");
  }
  if (!rough.empty()) {
    floors.doubts.push_back(
        option + ": the floor of " + counted(rough.size(), "metric") + " rests on fewer than " +
        std::to_string(kFewestOfFloor) + " trials, and may be far too low; `aa --resume --trials " +
        std::to_string(2 * kFewestOfFloor) + "` adds to them: " + few_of(rough));
  }
  if (!ungated.empty()) {
    floors.doubts.push_back(option + " switches the gate off for " +
                            counted(ungated.size(), "metric") +
                            ", whose floor is above 100 % (of fairness above 0.5); more --rounds "
                            "of `aa`, longer windows "
                            "or a quieter machine give a lower one: " +
                            few_of(ungated));
  }
  if (covered.size() < cases.size()) {
    floors.doubts.push_back(option + " covers " + std::to_string(covered.size()) + " of " +
                            std::to_string(cases.size()) +
                            " cases; --delta alone decides the others");
  }
  return floors;
}

void write_self_test(const SelfTest& test, const ComparisonSettings& settings,
                     const std::vector<std::string>& failures,
                     const std::filesystem::path& folder) {
  Json cases = Json::array(), powers = Json::array();
  for (const auto& row : test.rows()) cases.push_back(json_of(row));
  for (const auto& power : test.powers()) powers.push_back(json_of(power));
  const Json all = {{"rounds", settings.rounds},
                    {"options", settings.options},
                    {"delta", settings.delta},
                    {"measured_on", measured_on()},
                    {"total", json_of(test.total())},
                    {"by_case", json_of(test.cases())},
                    {"by_trial", json_of(test.whole())},
                    {"cases", cases},
                    {"power", powers},
                    {"failures", failures}};
  write_file(folder / "aa.json", to_text(all, 1) + "\n");
  std::string text = markdown_of(test);
  for (const auto& why : failures)
    text += "\nA trial could not be ended: " + markdown_text(why) + "\n";
  write_file(folder / "aa.md", text);
}

}  // namespace harness
