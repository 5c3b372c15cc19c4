// Uncaught: what is said of an exception that nobody caught, or that has to travel as text.
#pragma once

#include <string>

namespace gilfree::detail {

struct Described {
  std::string type;  // as in the source: "std::runtime_error"
  std::string text;  // what(), or empty
};

// The exception being handled. Call inside a catch block.
Described describe_exception();

// Writes "NAME: uncaught TYPE: TEXT" to stderr, in one piece. Call inside a catch block.
void report_uncaught(const std::string& name);

}  // namespace gilfree::detail
