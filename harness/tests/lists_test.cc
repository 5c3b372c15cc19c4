#include "harness/base/lists.h"

#include <gtest/gtest.h>

#include <limits>

#include "harness/base/errors.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

using Integers = std::vector<std::int64_t>;

TEST(ListsTest, TextIsSplitAtEverySeparator) {
  EXPECT_EQ(split("a,b", ','), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split(",", ','), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
}

TEST(ListsTest, WordsAreJoinedByASeparator) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  EXPECT_EQ(joined({"", "b", ""}, "; "), "; b; ");
}

TEST(ListsTest, AListMayUseBinaryUnits) {
  EXPECT_EQ(integers("--bytes", "8,64"), (Integers{8, 64}));
  EXPECT_EQ(integers("--bytes", "1k,3m,1g"), (Integers{1 << 10, 3 << 20, 1 << 30}));
  EXPECT_EQ(integers("--bytes", "1K,3M,1G"), (Integers{1 << 10, 3 << 20, 1 << 30}));
}

TEST(ListsTest, ARangeMultipliesOrAddsUpToItsEnd) {
  EXPECT_EQ(integers("--n", "1:16:*2"), (Integers{1, 2, 4, 8, 16}));
  EXPECT_EQ(integers("--n", "1:15:*2"), (Integers{1, 2, 4, 8}));
  EXPECT_EQ(integers("--n", "0:6:+3,9"), (Integers{0, 3, 6, 9}));
  EXPECT_EQ(integers("--n", "5:5:+1"), Integers{5});
}

TEST(ListsTest, ARangeEndsWhereTheIntegersDo) {
  const auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(integers("--n", "4611686018427387904:9223372036854775807:*2"),
            Integers{std::int64_t{1} << 62});
  EXPECT_EQ(integers("--n", "9223372036854775806:9223372036854775807:+1"),
            (Integers{most - 1, most}));
}

TEST(ListsTest, WhatIsNoWholeNumberIsNamedWithItsOption) {
  for (const std::string text :
       {"banana", "",        "8,",     ",8",      " 8",
        "8 ",     "-1",      "+1",     "1.5",     "1e3",
        "0x10",   "8kk",     "5x",     "5 k",     "99999999999999999999x",
        "1:16",   "1:16:2",  "1:16:*", "1:16:-1", ":16:*2",
        "1::*2",  "1:2:3:4", "nan",    "inf",     "-99999999999999999999"}) {
    const std::string said = message_of<BadUsage>([&] { integers("--bytes", text); });
    EXPECT_EQ(said.rfind("--bytes: '", 0), 0u) << "'" << text << "' gave: " << said;
    EXPECT_NE(said.find("is not a whole number; write"), std::string::npos) << text;
  }
}

TEST(ListsTest, WhatIsTooLargeIsSaidToBe) {
  for (const std::string text : {"9223372036854775808", "8589934592G", "99999999999999999999999"}) {
    EXPECT_EQ(message_of<BadUsage>([&] { integers("--bytes", text); }),
              "--bytes: '" + text + "' is too large; the largest is 2^63 - 1");
  }
}

TEST(ListsTest, ARangeThatNeverGetsAnywhereIsRefused) {
  for (const std::string text : {"16:1:*2", "1:16:*1", "0:16:*2", "1:16:+0"}) {
    EXPECT_EQ(message_of<BadUsage>([&] { integers("--n", text); }),
              "--n: the range '" + text +
                  "' is empty or endless; write it upwards, as 1:16:*2 or 0:6:+3");
  }
}

TEST(ListsTest, TooManyValuesAreRefused) {
  EXPECT_EQ(integers("--n", "1:1000:+1").size(), 1000u);
  EXPECT_EQ(message_of<BadUsage>([] { integers("--n", "1:1001:+1"); }),
            "--n: more than 1000 values; name fewer");
  std::string list = "7";
  for (int i = 0; i < 1000; ++i) list += ",7";
  EXPECT_EQ(message_of<BadUsage>([&] { integers("--n", list); }),
            "--n: more than 1000 values; name fewer");
}

}  // namespace
}  // namespace harness::testing
