#include "harness/scenario.h"

#include <gtest/gtest.h>

#include <sstream>

#include "harness/base/files.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

// The indented lines of the comment at the head of scenario.h, as code.
std::string example_in_the_header() {
  std::istringstream header(read_text(source_dir() + "/harness/scenario.h").value_or(""));
  std::string example;
  for (std::string line; std::getline(header, line) && line.rfind("//", 0) == 0;) {
    if (line.rfind("//   ", 0) == 0) example += line.substr(5) + "\n";
    if (line == "//" && !example.empty()) example += "\n";
  }
  return example;
}

TEST(ScenarioTest, TheExampleInTheHeaderIsTheOneThatIsCompiledAndRun) {
  const auto compiled = read_text(source_dir() + "/harness/tests/example_scenario.cc");
  ASSERT_TRUE(compiled);
  const std::string example = example_in_the_header();
  EXPECT_NE(example.find("harness::Scenario"), std::string::npos);
  EXPECT_NE(compiled->find(example), std::string::npos) << example;
}

const Point kPoint({{"who", std::string("steady")}, {"python", std::string("none")}, {"size", 8}});

TEST(ScenarioTest, APointIsNamedByItsValuesWithoutThoseThatAreNone) {
  EXPECT_EQ(kPoint.name("counting"), "counting/who:steady/size:8");
}

TEST(ScenarioTest, AValueIsFoundByNameAndType) {
  EXPECT_EQ(kPoint["size"], 8);
  EXPECT_EQ(kPoint.text("who"), "steady");
  EXPECT_THROW(kPoint["sizes"], std::out_of_range);
  EXPECT_THROW(kPoint["who"], std::bad_variant_access);
  EXPECT_THROW(kPoint.text("size"), std::bad_variant_access);
}

}  // namespace
}  // namespace harness
