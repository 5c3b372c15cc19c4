#include "harness/plan/interpreters.h"

#include <gtest/gtest.h>

#include "harness/base/errors.h"
#include "harness/base/run_program.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

class InterpretersTest : public ::testing::Test {
 protected:
  // A program that answers what an interpreter would.
  std::string program(const std::string& name, const std::string& answer) const {
    folder.write(name, "#!/bin/sh\nprintf '" + answer + "'\n");
    const auto path = folder.path() / name;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }

  TemporaryFolder folder;
};

TEST_F(InterpretersTest, AnInterpreterIsLabelledByItsVersion) {
  const auto found = find_interpreters({program("python", "3.14.0rc1\\n")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].label, "3.14.0rc1");
  EXPECT_GT(found[0].start.count(), 0);
}

TEST_F(InterpretersTest, TheProgramBehindAWrapperIsTakenInItsPlace) {
  const std::string real = program("real", "3.11.2\\n");
  const auto found = find_interpreters({program("wrapper", "3.11.2\\n" + real)});
  EXPECT_EQ(found.at(0).path, real);
}

TEST_F(InterpretersTest, AWrapperIsTakenIfWhatIsBehindItDoesNotRun) {
  const std::string wrapper = program("wrapper", "3.11.2\\n/nonexistent");
  EXPECT_EQ(find_interpreters({wrapper}).at(0).path, wrapper);
}

std::vector<std::string> labels(const std::vector<Interpreter>& interpreters) {
  std::vector<std::string> all;
  for (const auto& each : interpreters) all.push_back(each.label);
  return all;
}

using Labels = std::vector<std::string>;

TEST_F(InterpretersTest, AFreeThreadedBuildIsDistinguishedFromTheOtherOfItsVersion) {
  EXPECT_EQ(labels(find_interpreters({program("a", "3.14.0\\n"), program("b", "3.14.0t\\n")})),
            (Labels{"3.14.0", "3.14.0t"}));
}

TEST_F(InterpretersTest, TwoProgramsOfOneVersionAreNumbered) {
  const std::string a = program("a", "3.11.2\\n"), b = program("b", "3.11.2\\n"),
                    c = program("c", "3.13.0\\n"), d = program("d", "3.11.2\\n");
  EXPECT_EQ(labels(find_interpreters({a, b, c, d})),
            (Labels{"3.11.2", "3.11.2-2", "3.13.0", "3.11.2-3"}));
}

TEST_F(InterpretersTest, OneProgramNamedTwiceIsOneInterpreter) {
  const std::string real = program("real", "3.11.2\\n");
  std::filesystem::create_symlink(real, folder.path() / "link");
  EXPECT_EQ(labels(find_interpreters({real, real, (folder.path() / "link").string()})),
            Labels{"3.11.2"});
}

TEST_F(InterpretersTest, WhatAModuleOfTheSitePrintsIsNotTheAnswer) {
  const auto found = find_interpreters({program("python", "hello\\n3.11.2\\n")});
  EXPECT_EQ(found.at(0).label, "3.11.2");
}

TEST_F(InterpretersTest, TheRealOneIsLabelledByItsOwnVersionAndFlags) {
  const auto found = find_interpreters({"python3"});
  const std::string own = output_of(
      {"python3", "-c", "import platform, sys; print(platform.python_version() + sys.abiflags)"},
      std::chrono::seconds(60));
  EXPECT_EQ(found.at(0).label + "\n", own);
}

// A module in the current folder is not what the question imports.
TEST_F(InterpretersTest, TheCurrentFolderHasNoSay) {
  folder.write("platform.py", "raise SystemExit(1)\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_NO_THROW(find_interpreters({"python3"}));
  std::filesystem::current_path(before);
}

TEST_F(InterpretersTest, OneThatDoesNotAnswerIsGivenUp) {
  folder.write("python", "#!/bin/sh\nexec sleep 1000\n");
  const auto path = folder.path() / "python";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const auto ask = [&] { find_interpreters({path.string()}, std::chrono::seconds(1)); };
  EXPECT_EQ(message_of<BadUsage>(ask),
            "--python: " + path.string() + " gave no answer within 1 s; name a Python interpreter");
}

TEST_F(InterpretersTest, WhatIsNamedAndIsNoInterpreterIsRefused) {
  for (const std::string& path :
       {std::string("/nonexistent"), std::string(""), std::string("/bin/false"),
        folder.path().string(), program("talker", "hello\\n"), program("mute", "")}) {
    EXPECT_EQ(message_of<BadUsage>([&] { find_interpreters({path}); }),
              "--python: " + path + " does not run; name a Python interpreter");
  }
}

TEST_F(InterpretersTest, WithoutAnyInterpreterOneIsCalledMissing) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", folder.path().c_str(), 1);
  const auto found = find_interpreters({});
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].label, "missing");
  EXPECT_EQ(found[0].path, "");
}

}  // namespace
}  // namespace harness::testing
