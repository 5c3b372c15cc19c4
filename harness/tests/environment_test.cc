#include "harness/record/environment.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/run_program.h"
#include "harness/tests/support.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

TEST(EnvironmentTest, ARunSaysWhatItWasMadeWithAndWhere) {
  const Json all = environment();
  EXPECT_EQ(all["tool"]["name"], "bench-all");
  EXPECT_EQ(all["tool"]["version"], version());
  for (const auto& [group, fact] : {std::pair{"tool", "git_sha"},
                                    {"tool", "git_dirty"},
                                    {"tool", "linked"},
                                    {"build", "compiler"},
                                    {"build", "compiler_version"},
                                    {"build", "type"},
                                    {"host", "os"},
                                    {"host", "kernel"},
                                    {"host", "cpu_model"},
                                    {"host", "mem_bytes"},
                                    {"host", "timer_cost_ns"},
                                    {"limits", "affinity"},
                                    {"limits", "nofile"},
                                    {"environment", "load_avg"}}) {
    EXPECT_FALSE(all[group][fact].is_null()) << group << "." << fact;
  }
  EXPECT_TRUE(all["warnings"].is_array());
}

TEST(EnvironmentTest, TheHostsNameIsNotInIt) {
  char name[256] = {};
  ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
  const Json host = environment()["host"];
  for (const auto& [fact, value] : host.items()) EXPECT_NE(value, name) << fact;
}

TEST(EnvironmentTest, TheAllowedCpusAreThisProcesss) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  const int cpu = ::sched_getcpu();
  CPU_SET(cpu, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  const Json all = environment();
  ::sched_setaffinity(0, sizeof before, &before);

  EXPECT_EQ(all["limits"]["affinity"], Json::array({cpu}));
  EXPECT_TRUE(all["host"]["line_bounce_ns"].is_null());
  EXPECT_EQ(all["warnings"][0], "only one CPU is allowed: nothing can run side by side");
}

TEST(EnvironmentTest, ForPeopleEachFactIsALine) {
  const std::string text = environment_text();
  EXPECT_NE(text.find("\n  cpu_model: "), std::string::npos);
  EXPECT_EQ(text.find("null"), std::string::npos);
}

TEST(EnvironmentTest, TheSourcesAreWhereTheVariableSaysOrWhereThisWasBuilt) {
  ::unsetenv("GILFREE_SOURCE_DIR");
  EXPECT_TRUE(std::filesystem::exists(source_dir() + "/harness/record/columns.h"));
  ::setenv("GILFREE_SOURCE_DIR", "/elsewhere", 1);
  EXPECT_EQ(source_dir(), "/elsewhere");
  ::unsetenv("GILFREE_SOURCE_DIR");
}

// What git says of the sources when a run is made may be of another commit by then.
TEST(EnvironmentTest, TheCommitIsThatOfTheBuild) {
  const testing::TemporaryFolder folder;
  folder.write("file", "text");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"init"},
        {"add", "file"},
        {"-c", "user.name=x", "-c", "user.email=x@x", "commit", "-m", "one"}}) {
    std::vector<std::string> command{"git", "-C", folder.path()};
    command.insert(command.end(), words.begin(), words.end());
    const auto git = run_program(command, 1min);
    ASSERT_TRUE(git.succeeded()) << git.failure();
  }
  const Json built = environment()["tool"];
  ::setenv("GILFREE_SOURCE_DIR", folder.path().c_str(), 1);
  const Json elsewhere = environment()["tool"];
  ::unsetenv("GILFREE_SOURCE_DIR");
  EXPECT_EQ(elsewhere, built);
  EXPECT_EQ(built["content"], content_of("/proc/self/exe"));
}

TEST(EnvironmentTest, OneLaunchOfManyLooksNeitherAtItsProgramNorForTheWayOfALine) {
  ::setenv(kFewFacts, "1", 1);
  const Json all = environment();
  ::unsetenv(kFewFacts);
  EXPECT_TRUE(all["tool"]["content"].is_null());
  EXPECT_TRUE(all["host"]["line_bounce_ns"].is_null());
  EXPECT_EQ(all["warnings"].dump().find("cache line"), std::string::npos);
}

}  // namespace
}  // namespace harness
