#include "harness/base/errors.h"

#include <cctype>

namespace harness {

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
  }
  return line;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  return "'" + one_line(text.substr(0, kLongest)) + (text.size() > kLongest ? "...'" : "'");
}

}  // namespace harness
