#include "harness/command/verdicts/ab.h"

#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/command/verdicts/delay_use.h"
#include "harness/command/verdicts/dry_run.h"
#include "harness/command/verdicts/settings_log.h"
#include "harness/command/verdicts/verdict_output.h"
#include "harness/judge/gate.h"
#include "harness/judge/reports/self_test_report.h"
#include "harness/judge/run_facts.h"
#include "harness/rounds/comparison.h"

namespace harness {
namespace {

// The cases of two builds that match.
struct Cases {
  std::vector<std::string> shared, only_a, only_b;
};

Cases cases_of(const Build& a, const Build& b, const CompareOptions& options) {
  const auto in_a = a.cases(selection_of(options)), in_b = b.cases(selection_of(options));
  Cases cases;
  for (const auto& name : in_a)
    (contains(in_b, name) ? cases.shared : cases.only_a).push_back(name);
  for (const auto& name : in_b) {
    if (!contains(in_a, name)) cases.only_b.push_back(name);
  }
  if (cases.shared.empty()) throw BadUsage("the two builds have no case in common that matches");
  return cases;
}

// What all rounds of a folder have in common. The seed orders them only, and more time may be given later.
Json settings_of(const CompareOptions& options, const Build& a, const Build& b,
                 const std::vector<std::string>& cases) {
  Json floors = Json::array();
  for (const auto& [key, floor] : options.settings.floors) {
    floors.push_back({key.first, facts_of(key.second).name, floor});
  }
  Json settings = {{"event", "ab"},
                   {"a", a.identity()},
                   {"b", b.identity()},
                   {"rounds", options.settings.rounds},
                   {"rounds_asked", options.rounds ? Json(*options.rounds) : Json()},
                   {"delta", options.settings.delta},
                   {"options", options.settings.options},
                   {"filters", options.words},
                   {"cases", cases},
                   {"floors", floors},
                   {kMachine, measured_on()}};
  if (options.injected_delay_ns) settings["injected_delay_ns"] = *options.injected_delay_ns;
  return settings;
}

// Slows B of each case; A runs the same code, which adds nothing. Leaves out, and says, which cases take no delay. Returns
// false if it was interrupted; throws BadUsage if none takes one.
bool slow_b(const Build& b, std::vector<std::string>& cases, CompareOptions& options) {
  const auto found = ask_for_delay(b, cases, options);
  if (!found) return false;
  const std::string option = "ab --injected-delay", said = delay_takers_text(option, *found);
  if (!found->others.empty()) std::cerr << "bench-all: " << option << ": " << said << std::endl;
  cases = found->takers;
  for (const auto& name : cases) {
    options.settings.options_of_pair[name] = {{injected_delay(0)},
                                              {injected_delay(*options.injected_delay_ns)}};
  }
  return true;
}

Pair pair_of(const Json& line, const std::vector<std::string>& cases) {
  Pair pair = pair_from(line);
  if (!contains(cases, pair.name)) throw std::out_of_range("a pair of another case");
  return pair;
}

// How many rounds there are to be. Those of a folder stay as many, though a budget is given later.
int rounds_of(const CompareOptions& options, std::size_t cases, const SettingsLog& log) {
  const Json begun_with = options.resume ? log.settings_in(options.out) : Json();
  const Json rounds = begun_with.is_object() ? begun_with.value("rounds", Json()) : Json();
  if (rounds.is_number_integer() && rounds >= 1 && rounds <= kMostRounds) return rounds.get<int>();
  return rounds_for(options, cases, options.settings.budget.has_value());
}

// What holds for all rows.
void warn_of(const CompareOptions& options, const Cases& cases, const Floors& floors,
             Comparison& comparison) {
  for (const auto& doubt : floors.doubts) comparison.warn(doubt);
  if (options.injected_delay_ns) {
    comparison.warn("B was slowed on purpose: --injected-delay");
  }
  if (cases.only_b.empty()) return;
  comparison.warn("A does not have " + counted(cases.only_b.size(), "case") + ": " +
                  few_of(cases.only_b));
}

// By what the launches say that they are made of as well: a wrapper script, or a program of shared libraries, may be one
// file and run two things; two wrappers that differ may give options of their own. An older program, or one without build
// IDs, does not say it.
void warn_of_same_code(const Json& settings, Comparison& comparison) {
  const bool same_file = settings.at("a").at("content") == settings.at("b").at("content");
  const auto same_code = comparison.are_same_code();
  if (same_file && same_code.value_or(true)) {
    comparison.warn(std::string("A and B are the same program") +
                    (same_code ? "" : ", as far as their files say") +
                    ", so that only chance makes them differ");
  }
}

// Whether it names a build, or two of them; a filter names none.
bool is_build(const std::string& word) try {
  Build::look_for(word);
  return true;
} catch (const Ambiguous&) {
  return true;
} catch (const BadUsage&) {
  return false;
}

}  // namespace

int ab(CompareOptions options) {
  if (options.may_be_named_by_words && options.words.size() >= 2 && is_build(options.words[0]) &&
      is_build(options.words[1])) {
    options.a.clear(), options.b.clear();  // the command line has precedence
  }
  if (options.a.empty() != options.b.empty())
    throw BadUsage("ab: give both --a and --b, or neither");
  if (options.a.empty()) {
    if (options.words.size() < 2) {
      throw BadUsage("ab: name two builds, as `ab main HEAD` or `ab --a OLD --b NEW`");
    }
    options.a = options.words[0], options.b = options.words[1];
    options.words.erase(options.words.begin(), options.words.begin() + 2);
  }
  if (options.dry_run) return plan_ab(options);
  const Build a = build_for(options, options.a), b = build_for(options, options.b);
  auto cases = cases_of(a, b, options);
  for (const auto* build : {&a, &b}) check_launch_options(*build, cases.shared, options);
  if (options.injected_delay_ns && !slow_b(b, cases.shared, options)) return 128 + interrupted();
  SettingsLog log(kRoundsLog);
  options.settings.rounds = rounds_of(options, cases.shared.size(), log);
  Floors floors;
  if (options.floor) {
    floors = floors_from("--floor", *options.floor, cases.shared, options.settings);
    options.settings.floors = floors.by_case;
  }
  std::vector<Pair> made;
  const Json settings = settings_of(options, a, b, cases.shared);
  const FinishFirst finish;  // what was measured is judged and written
  log.open(options.out, options.resume, settings,
           [&](const Json& line) { made.push_back(pair_of(line, cases.shared)); });
  options.settings.scratch = log.folder() / kScratch;
  if (options.format == Format::kGithub) options.settings.reader = Reader::kAction;
  Comparison comparison(a, b, cases.shared, options.settings);
  for (const auto& name : cases.only_a) comparison.leave_out(name, "B does not have it");
  warn_of(options, cases, floors, comparison);
  comparison.go_on_from(made, [&](const Pair& pair) { log.append(json_of(pair)); });
  if (options.resume && !options.quiet) {
    std::cerr << "bench-all: going on with "
              << counted(made.size(), "pair of launches", "pairs of launches") << " from "
              << one_line(log.folder().string()) << std::endl;
  }
  comparison.run(progress_of(options, ""));
  if (!options.injected_delay_ns) warn_of_same_code(settings, comparison);
  a.expect_as_it_was("A", settings.at("a"));
  b.expect_as_it_was("B", settings.at("b"));
  auto result = comparison.result();
  result.strict = options.strict;
  result.about = {"A: " + a.about(), "B: " + b.about()};
  log.expect_in_place();
  write_comparison(result, log.folder());
  say({result}, options.format);
  say_results(options, log.folder(), "compare.md, compare.csv, compare.json");
  if (const int signal = interrupted(); signal != 0) return 128 + signal;
  return code_of(result);
}

}  // namespace harness
