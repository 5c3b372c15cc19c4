#include "harness/base/counted.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace harness::testing {
namespace {

TEST(CountedTest, OneIsInTheSingularAndAnyOtherNumberIsNot) {
  EXPECT_EQ(counted(1, "round"), "1 round");
  EXPECT_EQ(counted(0, "round"), "0 rounds");
  EXPECT_EQ(counted(std::uint64_t{12}, "round"), "12 rounds");
}

TEST(CountedTest, APluralThatTakesMoreThanAnSIsGiven) {
  EXPECT_EQ(counted(1, "launch", "launches"), "1 launch");
  EXPECT_EQ(counted(2, "launch", "launches"), "2 launches");
}

TEST(CountedTest, OfManyNamesTheFirstThreeAreShownAndTheOthersCounted) {
  EXPECT_EQ(few_of({"a"}), "a");
  EXPECT_EQ(few_of({"a", "b", "c", "d"}), "a; b; c; d");
  EXPECT_EQ(few_of({"a", "b", "c", "d", "e"}), "a; b; c; and 2 more");
}

}  // namespace
}  // namespace harness::testing
