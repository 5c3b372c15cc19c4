// What pools are asked to run in tests.
#pragma once

#include <numeric>
#include <vector>

namespace gilfree::testing {

inline int square(int x) { return x * x; }
inline int subtract(int left, int right) { return left - right; }

inline std::vector<int> first_numbers(int count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

inline std::vector<int> squares(int count) {
  auto numbers = first_numbers(count);
  for (int& number : numbers) number *= number;
  return numbers;
}

}  // namespace gilfree::testing
