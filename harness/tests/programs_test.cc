#include "harness/plan/programs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "harness/base/errors.h"
#include "harness/plan/plan.h"
#include "harness/tests/fixtures.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

using Words = std::vector<std::string>;

// Like `counting`, but for programs as well, which have no place called there.
Scenario that_takes_programs() {
  Scenario scenario = counting;
  scenario.offers_program = [](const Point& point) { return point.text("place") == "here"; };
  return scenario;
}

std::string refusal(const Words& texts) {
  return message_of<BadUsage>([&] { programs_from(texts); });
}

TEST(ProgramsTest, AProgramHasANameAndACommand) {
  const auto programs = programs_from({"mine=/bin/sh", "other=sh  -c true"});
  ASSERT_EQ(programs.size(), 2u);
  EXPECT_EQ(programs[0].name, "mine");
  EXPECT_EQ(programs[0].command, (Words{"/bin/sh"}));
  EXPECT_EQ(programs[1].command, (Words{"sh", "-c", "true"}));
}

TEST(ProgramsTest, ThePathOfAProgramMayHaveSpacesAndAnEqualsSign) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a = b";
  std::ofstream(path) << "#!/bin/sh\n";
  ::chmod(path.c_str(), 0700);
  EXPECT_EQ(programs_from({"mine=" + path})[0].command, (Words{path}));
}

TEST(ProgramsTest, ACommandIsSplitAsAShellDoesIt) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "a dir");
  const std::string path = folder.path() / "a dir" / "prog";
  std::ofstream(path) << "#!/bin/sh\n";
  ::chmod(path.c_str(), 0700);
  const auto command = [](const std::string& text) {
    return programs_from({"mine=" + text})[0].command;
  };
  EXPECT_EQ(command("'" + path + "' --flag"), (Words{path, "--flag"}));
  EXPECT_EQ(command("\"" + path + "\" --flag"), (Words{path, "--flag"}));
  EXPECT_EQ(command((folder.path() / "a\\ dir").string() + "/prog -x"), (Words{path, "-x"}));
  EXPECT_EQ(command("sh 'a\"b' \"a'b\" '' x\"y z\"'w v' \\\\ \\'"),
            (Words{"sh", "a\"b", "a'b", "", "xy zw v", "\\", "'"}));
  EXPECT_EQ(command("sh '\\a' \"\\a\\\"\\\\\" $HOME *"),
            (Words{"sh", "\\a", "\\a\"\\", "$HOME", "*"}));
  EXPECT_EQ(refusal({"mine=sh 'a b"}), "--contender-program: 'sh 'a b' has a ' that has no end");
  EXPECT_EQ(refusal({"mine=" + path + "x --flag"}),
            "--contender-program: '" + (folder.path() / "a").string() +
                "' is not a program; name a file that can be executed, as in mine=./prog or "
                "\"mine=python3 prog.py\"; a path with a space needs quotes: \"mine='./my prog' "
                "--flag\"");
}

TEST(ProgramsTest, WhatIsNoNameAndCommandIsRefused) {
  for (const std::string text : {"", "mine", "=/bin/sh", "a b=/bin/sh", "a,b=/bin/sh",
                                 "none=/bin/sh", "cpython_x=/bin/sh"}) {
    EXPECT_EQ(refusal({text}), "--contender-program: '" + text +
                                   "' is not NAME=COMMAND; write mine=./prog, with letters, digits "
                                   "and _ . - in the name");
  }
  EXPECT_EQ(refusal({"a=/bin/sh", "a=/bin/sh"}),
            "--contender-program: 'a' is given twice; choose another name");
}

TEST(ProgramsTest, AProgramThatIsNotThereIsRefused) {
  for (const std::string path : {"", "/nowhere/prog", "no-such-program-here", "/etc"}) {
    EXPECT_EQ(refusal({"mine=" + path}),
              "--contender-program: '" + path +
                  "' is not a program; name a file that can be executed, as in mine=./prog or "
                  "\"mine=python3 prog.py\"");
  }
}

TEST(ProgramsTest, AFileThatMayNotBeExecutedIsRefusedWithTheRemedy) {
  EXPECT_EQ(refusal({"mine=/etc/passwd"}),
            "--contender-program: '/etc/passwd' may not be executed; chmod +x it, or name what "
            "runs it, as in \"mine=python3 prog.py\"");
}

TEST(ProgramsTest, AProgramOfTheCurrentFolderIsNotTakenForOneOnThePath) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::ofstream("only_here") << "#!/bin/sh\n";
  ::chmod("only_here", 0700);
  EXPECT_EQ(refusal({"mine=only_here"}),
            "--contender-program: 'only_here' is not on PATH; write ./ before it");
  EXPECT_EQ(programs_from({"mine=./only_here"})[0].command, (Words{"./only_here"}));
  std::filesystem::current_path(before);
}

TEST(ProgramsTest, ScenariosThatTakeProgramsHaveThemAsContenders) {
  const Scenario taker = that_takes_programs();
  const auto scenarios = with_programs({&taker, &trouble}, programs_from({"mine=sh"}));
  const auto cases = select({&scenarios.front(), &scenarios.back()},
                            {.filters = {"who:mine"}, .programs = {"mine"}});
  Words names;
  for (const auto& each : cases) {
    names.push_back(each.name);
    EXPECT_TRUE(each.decisive());
    EXPECT_EQ(each.contender(), "mine");
  }
  EXPECT_EQ(names,
            (Words{"counting/who:mine/size:8/place:here", "counting/who:mine/size:64/place:here",
                   "counting/who:mine/size:1024/place:here"}));
  EXPECT_EQ(scenarios.front().contenders.back().family, "program");
  EXPECT_EQ(scenarios.back().contenders.size(), trouble.contenders.size());
}

TEST(ProgramsTest, AContenderThatIsThereKeepsItsName) {
  const Scenario taker = that_takes_programs();
  EXPECT_EQ(message_of<BadUsage>([&] { with_programs({&taker}, programs_from({"rare=sh"})); }),
            "--contender-program: counting has a contender 'rare'; choose another name");
}

// The report and the selection know a contender by its name alone: the program would be taken for the other one.
TEST(ProgramsTest, TheContenderOfAQuestionThatTakesNoProgramsKeepsItsNameToo) {
  const Scenario taker = that_takes_programs();
  EXPECT_EQ(message_of<BadUsage>([&] {
              with_programs({&taker, &trouble}, programs_from({"hang=sh"}));
            }),
            "--contender-program: trouble has a contender 'hang'; choose another name");
}

// Its own is asked whether it offers a point, also where the run has a program of that name.
TEST(ProgramsTest, AQuestionThatTakesNoProgramsOffersWhatItsContendersDo) {
  const auto names = [](const Selection& selection) {
    Words all;
    for (const auto& each : select({&counting}, selection)) all.push_back(each.name);
    return all;
  };
  EXPECT_EQ(names({.filters = {"who:rare"}, .programs = {"rare"}}),
            names({.filters = {"who:rare"}}));
}

TEST(ProgramsTest, AProgramOfWhichNoCaseIsLeftIsRefused) {
  const Scenario taker = that_takes_programs();
  const auto scenarios = with_programs({&taker, &trouble}, programs_from({"mine=sh"}));
  const auto refused = [&](const Selection& selection) {
    return message_of<BadUsage>([&] {
      select({&scenarios.front(), &scenarios.back()}, selection);
    });
  };
  const std::string said =
      "--contender-program: no case of 'mine' is left; programs can answer: counting";
  EXPECT_EQ(refused({.filters = {"trouble"}, .programs = {"mine"}}), said);
  EXPECT_EQ(refused({.axes = {{"who", "rare"}}, .programs = {"mine"}}), said);
}

}  // namespace
}  // namespace harness::testing
