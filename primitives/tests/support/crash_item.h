// What the walks over queues and pipes move: items of one size and messages, of which torn ones show.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace gilfree::testing {

// An item whose halves disagree has been torn.
struct Pair {
  long left, right;
};
inline bool operator<(const Pair& a, const Pair& b) { return a.left < b.left; }

using CrashItems = ::testing::Types<Pair, std::string>;

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
