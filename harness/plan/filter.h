// Filter: a regular expression that chooses cases by the parts of their names.
//
//   Filter("filter", "size:(8|64)").matches("counting/who:rare/size:8")      true
//   Filter("filter", "size:6").matches("counting/who:rare/size:64")          false: 6 is no part of it
//
// A part is a run of letters and digits: `pipe` matches pipe_vs_queue and channel:our_pipe, `pip`
// neither. The syntax is RE2's, whose search takes linear time.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace harness {

class Filter {
 public:
  // `option` says where `text` was written. Throws BadUsage if it is empty or no expression.
  Filter(const std::string& option, const std::string& text);

  bool matches(const std::string& name) const { return re2::RE2::PartialMatch(name, *expression_); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::unique_ptr<re2::RE2> expression_;
};

// Several filters, and how many names each has matched: one that matches none is a mistake of the user.
class CountedFilters {
 public:
  CountedFilters(const char* option, const std::vector<std::string>& texts);

  bool empty() const { return filters_.empty(); }
  // Counts for each of them.
  bool any_matches(const std::string& name);
  // The text of the first that has matched nothing; null if there is none.
  const std::string* idle() const;

 private:
  std::vector<Filter> filters_;
  std::vector<std::size_t> found_;
};

}  // namespace harness
