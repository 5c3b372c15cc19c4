// expect_one_edge: a walk's verdict where one instruction commits.
//
// CrashItem: what the walks over queues put in, of one size or as a message; torn ones show.
#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "primitives/tests/support/crash_lab.h"

namespace gilfree::testing {

inline void expect_one_edge(const Walk& walk, const std::string& before, const std::string& after) {
  const Findings found = kill_at_every_instruction(walk);
  std::cout << "    " << found << "\n";
  if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_EQ(found.hangs, 0);
  EXPECT_EQ(found.first, before);
  EXPECT_EQ(found.last, after);
  EXPECT_EQ(found.edges, 1) << "not one instruction commits";
  EXPECT_TRUE(found.only({{before, 1}, {after, 1}})) << found;
  EXPECT_LE(found.missed, found.points / 20);
}

// An item whose halves disagree has been torn.
struct Pair {
  long left, right;
};
inline bool operator<(const Pair& a, const Pair& b) { return a.left < b.left; }

template <typename T>
T item(long number);
template <>
inline Pair item<Pair>(long number) {
  return {number, -number};
}
template <>
inline std::string item<std::string>(long number) {
  return std::string(300, static_cast<char>('0' + number));
}

// Its number, or -1 if it is torn.
inline long number_of(const Pair& pair) { return pair.left == -pair.right ? pair.left : -1; }
inline long number_of(const std::string& text) {
  const auto number = text.empty() ? -1 : text.front() - '0';
  return number >= 0 && text == item<std::string>(number) ? number : -1;
}

}  // namespace gilfree::testing
