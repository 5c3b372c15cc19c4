#include "harness/plan/interpreters.h"

#include <gtest/gtest.h>

#include "harness/base/errors.h"
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

TEST_F(InterpretersTest, TheSameVersionTwiceIsOneInterpreter) {
  const auto found = find_interpreters(
      {program("a", "3.11.2\\n"), program("b", "3.13.0\\n"), program("c", "3.11.2\\n")});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].label, "3.13.0");
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
