// Describes an exception that was not caught, or that is sent to another process as text.
#pragma once

#include <string>

namespace gilfree::detail {

struct Described {
  std::string type;  // as in the source: "std::runtime_error"
  std::string text;  // what(), or empty
};

// Describes the exception being handled. Call inside a catch block.
Described describe_exception();

// Writes "NAME: uncaught TYPE: TEXT" to stderr with one call. Call inside a catch block.
void report_uncaught(const std::string& name);

}  // namespace gilfree::detail
