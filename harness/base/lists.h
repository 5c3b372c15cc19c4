// Lists: how values are written on the command line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

// "a,b" -> a, b. As many parts as there are separators and one.
std::vector<std::string> split(const std::string& text, char at);

// The reverse: one text of all of them.
std::string joined(const std::vector<std::string>& parts, std::string_view between = " ");

// The integers of "8,64,1k" or "1:16:*2" (1 2 4 8 16) or "0:6:+3" (0 3 6). Binary k, m, g, in either case. Throws
// BadUsage, naming `option`.
std::vector<std::int64_t> integers(const std::string& option, const std::string& text);

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Adds a value that is not there yet.
template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (!contains(values, value)) values.push_back(value);
}

}  // namespace harness
