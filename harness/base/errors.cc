#include "harness/base/errors.h"

#include <cctype>
#include <cerrno>
#include <cstring>

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

std::string reason(int error) {
  const std::string said = std::strerror(error);
  if (error == EMFILE) return said + "; raise ulimit -n";
  if (error == EAGAIN) return said + "; raise ulimit -u";
  if (error == EFBIG) return said + "; raise ulimit -f";
  return said;
}

}  // namespace harness
