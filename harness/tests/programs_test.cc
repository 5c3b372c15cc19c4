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
            "--contender-program: there is a contender 'rare'; choose another name");
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
