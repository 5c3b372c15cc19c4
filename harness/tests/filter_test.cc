#include "harness/plan/filter.h"

#include <gtest/gtest.h>

#include "harness/base/errors.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

bool matches(const std::string& filter, const std::string& name) {
  return Filter("filter", filter).matches(name);
}

constexpr char kName[] = "pipe_vs_queue/channel:our_pipe/bytes:64/python:3.14.0t";

TEST(FilterTest, WholePartsOfANameMatch) {
  for (const char* filter : {"pipe_vs_queue",
                             "pipe",
                             "vs",
                             "queue",
                             "channel",
                             "channel:our_pipe",
                             "our_pipe",
                             "bytes",
                             "bytes:64",
                             "64",
                             "bytes:64/python",
                             "python:3.14",
                             "3.14.0t",
                             "queue/channel",
                             "/bytes:64",
                             "bytes:",
                             "bytes:(8|64)",
                             "bytes:6.",
                             "^pipe",
                             "0t$",
                             ".*",
                             "pipe.*64",
                             "b[a-z]+:"}) {
    EXPECT_TRUE(matches(filter, kName)) << filter;
  }
}

TEST(FilterTest, ALetterOrDigitBesideThePartIsAnotherPart) {
  for (const char* filter : {"a", "p", "pip", "ipe", "compare", "bytes:6", "4", "3.1", "report",
                             "^64", "queue$", "yte", "channe."}) {
    EXPECT_FALSE(matches(filter, "pipe_vs_queue/channels:our_pipe/bytes:64/python:3.14.0t"))
        << filter;
  }
}

std::string refusal(const std::string& filter) {
  return message_of<BadUsage>([&] { Filter("filter", filter); });
}

TEST(FilterTest, WhatIsNotAnExpressionIsSaidToBe) {
  const std::string remedy = "; write a part of a case's name, as `bench-all list` shows them";
  EXPECT_EQ(refusal(""), "filter: it is empty" + remedy);
  for (const std::string text : {"(", "*", "a)(b", "[", "a{2000}", "(?=a)", "\\1", "caf\xe9"}) {
    EXPECT_EQ(refusal(text), "filter: '" + text + "' is not a regular expression" + remedy);
  }
  EXPECT_EQ(refusal(std::string(20'000, '(')),
            "filter: '" + std::string(80, '(') + "...' is not a regular expression" + remedy);
}

// A backtracking search would take longer than the age of the universe.
TEST(FilterTest, TheSearchTakesLinearTime) {
  EXPECT_FALSE(matches("([a-z_/:0-9]+)+$!", std::string(10'000, 'a')));
  EXPECT_FALSE(matches("(a*)*b", std::string(10'000, 'a')));
  EXPECT_FALSE(matches("(a|aa)+$!", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace harness::testing
