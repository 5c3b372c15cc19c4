#include "harness/plan/filter.h"

#include <algorithm>

#include "harness/base/errors.h"

namespace harness {
namespace {

constexpr char kRemedy[] = "; write a part of a case's name, as `bench-all list` shows them";
// The edge of a part: one of its neighbours, which may be matched too, or nothing.
constexpr char kEdge[] = "(?:^|$|\\b|[^0-9A-Za-z])";

std::unique_ptr<re2::RE2> compiled(const std::string& text) {
  re2::RE2::Options quiet;
  quiet.set_log_errors(false);
  return std::make_unique<re2::RE2>(text, quiet);
}

}  // namespace

Filter::Filter(const std::string& option, const std::string& text) : text_(text) {
  if (text.empty()) throw BadUsage(option + ": it is empty" + kRemedy);
  // Alone first: a parenthesis that closes too much would close ours.
  for (const std::string& wanted : {text, kEdge + ("(?:" + text + ")") + kEdge}) {
    expression_ = compiled(wanted);
    if (expression_->ok()) continue;
    throw BadUsage(option + ": " + in_quotes(text) + " is not a regular expression" + kRemedy);
  }
}

CountedFilters::CountedFilters(const char* option, const std::vector<std::string>& texts)
    : found_(texts.size()) {
  for (const auto& text : texts) filters_.emplace_back(option, text);
}

bool CountedFilters::any_matches(const std::string& name) {
  bool any = false;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (!filters_[i].matches(name)) continue;
    ++found_[i];
    any = true;
  }
  return any;
}

const std::string* CountedFilters::idle() const {
  const auto none = std::find(found_.begin(), found_.end(), 0u);
  return none == found_.end() ? nullptr
                              : &filters_[static_cast<std::size_t>(none - found_.begin())].text();
}

}  // namespace harness
