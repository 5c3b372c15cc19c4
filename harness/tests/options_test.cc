#include "harness/command/options.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "harness/base/errors.h"
#include "harness/tests/fixtures.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

Options parse(const Words& words) {
  Words all{"bench-all"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (auto& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return parse_command_line(static_cast<int>(all.size()), arguments.data(), {&counting, &trouble});
}

std::string refusal(const Words& words) {
  return message_of<BadUsage>([&] { parse(words); });
}

// For mistakes that the parser finds, in words of its own.
void expect_refused(const Words& words, const std::string& part) {
  const std::string said = refusal(words);
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  EXPECT_NE(said.find(part), std::string::npos) << said;
  EXPECT_NE(said.find("; see bench-all --help"), std::string::npos) << said;
}

TEST(OptionsTest, WithoutWordsTheQuickProfileRunsWithinItsBudget) {
  const Options options = parse({});
  EXPECT_EQ(options.command, Options::Command::kRun);
  EXPECT_EQ(options.launches, 6);
  EXPECT_EQ(options.windows, 1);
  EXPECT_EQ(options.budget, 140s);
  EXPECT_FALSE(options.selection.smoke);
}

TEST(OptionsTest, AProfileIsAChangeOfWhatIsNotSaid) {
  const Options smoke = parse({"--profile", "smoke"});
  EXPECT_TRUE(smoke.selection.smoke);
  EXPECT_EQ(smoke.launches, 1);
  EXPECT_EQ(smoke.budget, Schedule::kNoBudget);
  const Options full = parse({"--profile", "full", "--window", "20ms", "--windows", "2"});
  EXPECT_EQ(full.launches, 12);
  EXPECT_EQ(full.windows, 2);
  EXPECT_EQ(full.window, 20ms);
}

TEST(OptionsTest, AnOlderWordOfAnAxisIsAccepted) {
  EXPECT_EQ(parse({"--size", "8"}).selection.axes.at("size"), "8");
  EXPECT_EQ(parse({"--bytes", "64"}).selection.axes.at("size"), "64");
}

TEST(OptionsTest, NamedLaunchesAreAllMeasuredUnlessABudgetIsNamedToo) {
  EXPECT_EQ(parse({"--launches", "9"}).budget, Schedule::kNoBudget);
  EXPECT_EQ(parse({"--launches", "9", "--time-budget", "2m"}).budget, 120s);
  EXPECT_EQ(parse({"-t", "none"}).budget, Schedule::kNoBudget);
}

TEST(OptionsTest, DurationsHaveAUnit) {
  EXPECT_EQ(parse({"--window", "80ms"}).window, 80ms);
  EXPECT_EQ(parse({"--window", "0.5s"}).window, 500ms);
  EXPECT_EQ(parse({"--warmup", "250us"}).warmup, 250us);
  EXPECT_EQ(parse({"--time-budget", "1.5m"}).budget, 90s);
  EXPECT_EQ(parse({"--time-budget", "1h"}).budget, 3600s);
  EXPECT_EQ(parse({"--window", "80MS", "--warmup", "1S", "--time-budget", "1M"}).window, 80ms);
}

TEST(OptionsTest, TheTimeoutIsForWhatALaunchNeedsBesideItsWindows) {
  const Options options =
      parse({"--timeout", "3s", "--warmup", "1s", "--window", "2s", "--windows", "4"});
  EXPECT_EQ(options.timeout, 3s + 1s + 4 * 2s);
}

TEST(OptionsTest, SubcommandsAndFiltersAreParsed) {
  EXPECT_EQ(parse({"list"}).command, Options::Command::kList);
  EXPECT_EQ(parse({"--list"}).command, Options::Command::kList);
  EXPECT_EQ(parse({"env"}).command, Options::Command::kEnv);
  EXPECT_EQ(parse({"report", "some/folder", "other"}).reports, (Words{"some/folder", "other"}));
  EXPECT_EQ(parse({"report", "some/folder", "--format", "md"}).report_format, "md");
  EXPECT_EQ(parse({"run", "counting", "trouble"}).selection.filters,
            (Words{"counting", "trouble"}));
  EXPECT_EQ(parse({"counting"}).selection.filters, Words{"counting"});
  EXPECT_EQ(parse({"--exclude", "a"}).selection.excludes, Words{"a"});
}

TEST(OptionsTest, EveryAxisIsAnOption) {
  const auto axes = parse({"--size", "8,64", "--who", "rare"}).selection.axes;
  EXPECT_EQ(axes, (std::map<std::string, std::string>{{"size", "8,64"}, {"who", "rare"}}));
}

TEST(OptionsTest, ASeedIsAnyNumberOf64BitsAndAnotherEachTimeIfNoneIsNamed) {
  EXPECT_EQ(parse({"--seed", "0"}).seed, 0u);
  EXPECT_EQ(parse({"--seed", "18446744073709551615"}).seed, ~std::uint64_t{0});
  EXPECT_NE(parse({}).seed, parse({}).seed);
}

TEST(OptionsTest, EachBadValueIsNamedWithItsOption) {
  for (const std::string text : {"nonsense", "", "-1", "1,2", "1k", " 1", "18446744073709551616"}) {
    EXPECT_EQ(refusal({"--seed", text}), "--seed: '" + text + "' is not a whole number below 2^64");
  }
  EXPECT_EQ(refusal({"--launches", "0"}),
            "--launches: '0' is not a whole number between 1 and 10000");
  for (const std::string text : {"", "0", "-3", "1e3", "2x", "17", "99999999999999999999"}) {
    EXPECT_EQ(refusal({"--windows", text}),
              "--windows: '" + text + "' is not a whole number between 1 and 16");
  }
  EXPECT_EQ(refusal({"--profile", "huge"}),
            "--profile: there is no 'huge'; choose smoke, quick or full");
  EXPECT_EQ(refusal({"--order", "up"}), "--order: there is no 'up'; choose random or given");
  EXPECT_EQ(refusal({"--progress", "loud"}),
            "--progress: there is no 'loud'; choose auto, plain or none");
  for (const std::string text : {"", "-0.01", "-1", "1ns", "nan", "1e10"}) {
    EXPECT_EQ(refusal({"--injected-delay", text}),
              "--injected-delay: '" + text + "' is not a number between 0 and 1e+09");
  }
  EXPECT_EQ(refusal({"--out", ""}), "--out: the name of the folder is empty");
  for (const std::string option : {"--window", "--warmup", "--timeout", "--time-budget"}) {
    for (const std::string text : {"", "5", "s", "-1s", "0s", "nan s", "inf", "1e400s", "0x10s",
                                   " 5s", "5 s", "5sx", "25h", "1441m"}) {
      EXPECT_EQ(
          refusal({option, text}),
          option + ": '" + text + "' is not a duration of at most a day; write 80ms, 0.5s or 2m");
    }
  }
}

TEST(OptionsTest, WhatTheParserCannotReadIsRefusedInOneLine) {
  expect_refused({"--nonsense"}, "--nonsense");
  expect_refused({"--launches"}, "--launches");
  expect_refused({"--size", "8", "--size", "64"}, "--size");
  expect_refused({"report"}, "folder");
}

// Each option with a value that is right, and the commands that use it.
const std::map<Words, std::set<std::string>> kUses = {
    {{"--size", "8"}, {"run", "list"}},
    {{"--who", "rare"}, {"run", "list"}},
    {{"--place", "here"}, {"run", "list"}},
    {{"--kind", "hang"}, {"run", "list"}},
    {{"--exclude", "counting"}, {"run", "list"}},
    {{"--profile", "smoke"}, {"run", "list"}},
    {{"--python", "python3"}, {"run", "list"}},
    {{"--contender-program", "mine=sh"}, {"run", "list"}},
    {{"--list"}, {"list"}},
    {{"--dry-run"}, {"run"}},
    {{"--out", "x"}, {"run", "report"}},
    {{"--format", "md"}, {"report"}},
    {{"--resume", "x"}, {"run"}},
    {{"--seed", "1"}, {"run"}},
    {{"--launches", "1"}, {"run"}},
    {{"--time-budget", "1s"}, {"run"}},
    {{"--windows", "1"}, {"run"}},
    {{"--window", "1s"}, {"run"}},
    {{"--warmup", "1s"}, {"run"}},
    {{"--timeout", "1s"}, {"run"}},
    {{"--order", "given"}, {"run"}},
    {{"--injected-delay", "2.5"}, {"run"}},
    {{"--no-report"}, {"run", "report"}},
    {{"--quiet"}, {"run"}},
    {{"--progress", "plain"}, {"run"}},
    {{"--save-baseline", "x"}, {"run"}},
    {{"--baseline", "x"}, {"run"}},
    {{"--json"}, {"list", "env"}},
};

TEST(OptionsTest, WhatACommandWouldNotUseIsAMistake) {
  for (const auto& [option, users] : kUses) {
    for (const std::string command : {"run", "list", "env", "report"}) {
      Words words{command};
      if (command == "report") words.push_back("some/folder");
      words.insert(words.end(), option.begin(), option.end());
      if (option.front() == "--list" && command == "run") continue;  // makes a list of it
      if (users.count(command) > 0) {
        EXPECT_NO_THROW(parse(words)) << command << " " << option.front();
      } else {
        EXPECT_EQ(refusal(words),
                  option.front() + ": `" + command + "` does not use it; leave it out");
      }
    }
  }
  EXPECT_EQ(refusal({"--list", "--seed", "1"}), "--seed: `list` does not use it; leave it out");
  EXPECT_EQ(refusal({"env", "counting"}), "'counting': only `run` and `list` take a filter");
  EXPECT_EQ(refusal({"report", "some/folder", "--format", "pdf"}),
            "--format: there is no 'pdf'; choose md, html or json");
}

// "--help" names them all: an option that is new here must be in kUses.
TEST(OptionsTest, TheTableOfUsesIsComplete) {
  ::testing::internal::CaptureStdout();
  parse({"--help"});
  std::istringstream help(::testing::internal::GetCapturedStdout());
  const std::set<std::string> general{"--help", "--version"};
  for (std::string word; help >> word;) {
    const auto at = word.find("--");
    if (at == std::string::npos || word.find("bench-all") != std::string::npos) continue;
    const std::string option =
        word.substr(at, word.find_first_not_of("-abcdefghijklmnopqrstuvwxyz", at) - at);
    if (option.size() < 4 || general.count(option) > 0) continue;
    const bool known = std::any_of(kUses.begin(), kUses.end(),
                                   [&](const auto& use) { return use.first.front() == option; });
    EXPECT_TRUE(known) << option;
  }
}

TEST(OptionsTest, WhatIsTypedStaysOnOneLine) {
  EXPECT_EQ(refusal({"--seed", "a\nb\x1b"}), "--seed: 'a?b?' is not a whole number below 2^64");
  EXPECT_EQ(refusal({"--seed", std::string(1000, 'x')}),
            "--seed: '" + std::string(80, 'x') + "...' is not a whole number below 2^64");
  expect_refused({"--non\nsense"}, "--non?sense");
}

TEST(OptionsTest, TheHelpOfACommandHasItsOwnOptions) {
  const std::map<std::string, std::pair<Words, Words>> expected = {
      {"run",
       {{"--launches", "--exclude", "[filter...]", "--save-baseline"}, {"--json", "--format"}}},
      {"list", {{"--json", "--exclude", "[filter...]", "--size"}, {"--launches", "--out"}}},
      {"env", {{"--json"}, {"--exclude", "filter", "--size", "--out"}}},
      {"report", {{"folder...", "--format", "--out", "--no-report"}, {"filter", "--launches"}}},
      {"man", {{"Exit codes: 0 written"}, {"--out", "--json", "filter"}}},
      {"completion", {{"shell"}, {"--out", "filter"}}}};
  for (const auto& [command, words] : expected) {
    const Options options = parse({command, "--help"});
    EXPECT_EQ(options.command, Options::Command::kAnswer);
    EXPECT_TRUE(options.answer.starts_with("bench-all " + command + ": ")) << options.answer;
    EXPECT_NE(options.answer.find("Exit codes: 0 "), std::string::npos) << command;
    EXPECT_EQ(options.answer.find("SUBCOMMAND"), std::string::npos) << command;
    for (const auto& word : words.first) {
      EXPECT_NE(options.answer.find(word), std::string::npos) << command << ": " << word;
    }
    for (const auto& word : words.second) {
      EXPECT_EQ(options.answer.find(word), std::string::npos) << command << ": " << word;
    }
  }
}

TEST(OptionsTest, HelpAndVersionAreAnswersThatAreNotPrintedYet) {
  for (const std::string option : {"--help", "--version"}) {
    ::testing::internal::CaptureStdout();
    const Options options = parse({option});
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(options.command, Options::Command::kAnswer);
    EXPECT_NE(options.answer.find("bench-all"), std::string::npos);
    EXPECT_EQ(options.answer.back(), '\n');
  }
}

}  // namespace
}  // namespace harness::testing
