#include "harness/measure/warnings.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"

namespace harness {
namespace {

Json row_of(double rate, double p50) { return {{"ops_per_s", rate}, {"lat_p50_ns", p50}}; }

// A median of 0.93 us at 1,912 round trips per second: most of the time was spent otherwise.
TEST(WarningsTest, AClosedLoopWhoseRateIsFarBelowItsMedianLatencySaysSo) {
  EXPECT_EQ(
      warning_of(row_of(1912, 930), 1),
      "the rate is 0.0018 of what p50 allows: most of the time went into few long operations, "
      "look at lat_mean_ns");
  EXPECT_EQ(warning_of(row_of(1e6, 980), 1), "");
  EXPECT_EQ(warning_of(row_of(0.51e6, 1000), 1), "");
  EXPECT_NE(warning_of(row_of(0.49e6, 1000), 1), "");
}

TEST(WarningsTest, OfSeveralOperationsAtOnceEachHasItsPart) {
  EXPECT_EQ(warning_of(row_of(4e6, 1000), 4), "");
  EXPECT_NE(warning_of(row_of(1e6, 1000), 4), "");
}

TEST(WarningsTest, LatenciesThatAreNotTheWholeOperationAreNotJudged) {
  EXPECT_EQ(warning_of(row_of(1912, 930), 0), "");
  EXPECT_EQ(warning_of({{"ops_per_s", 1912.0}}, 1), "");
}

TEST(WarningsTest, AnUnfairShareIsReported) {
  EXPECT_EQ(warning_of({{"fair_jain", 0.52}}, 0),
            "unfair: Jain's index of the parties' shares is 0.52");
  EXPECT_EQ(warning_of({{"fair_jain", 0.61}}, 0), "");
}

TEST(WarningsTest, TwoThingsAreBothSaid) {
  Json row = row_of(1912, 930);
  row["fair_jain"] = 0.5;
  const auto warning = warning_of(row, 1);
  EXPECT_NE(warning.find("look at lat_mean_ns; unfair: "), std::string::npos) << warning;
}

}  // namespace
}  // namespace harness
