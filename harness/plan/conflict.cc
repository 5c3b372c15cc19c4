#include "harness/plan/conflict.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/plan/filter.h"

namespace harness {
namespace {

using Words = std::vector<std::string>;

std::string option_of(const Axes::value_type& axis) {
  return "--" + axis.first + " " + one_line(axis.second);
}

bool matches_all(const std::string& name, const Words& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const auto& word) { return Filter("filter", word).matches(name); });
}

// Returns the first name that all of these match; null if there is none.
const std::string* first_match(const Words& names, const Words& words) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const auto& name) { return matches_all(name, words); });
  return found == names.end() ? nullptr : &*found;
}

// The parts between slashes of a filter that matches no name.
std::optional<std::string> conflict_of_parts(const std::string& filter, const Words& names) try {
  Words parts = split(filter, '/');
  std::erase(parts, "");
  if (parts.size() < 2) return {};
  for (const auto& part : parts) {
    if (first_match(names, {part}) == nullptr) return {};
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      if (first_match(names, {parts[i], parts[j]}) != nullptr) continue;
      return "no case has both " + in_quotes(parts[i]) + " and " + in_quotes(parts[j]);
    }
  }
  if (const auto* name = first_match(names, parts)) {
    return "no case matches " + in_quotes(filter) + ", whose parts stand in " + one_line(*name) +
           " in another order, or with others between them";
  }
  return "no case has all parts of " + in_quotes(filter);
} catch (const BadUsage&) {  // a part alone is no expression
  return {};
}

// Whether a filter, or any name, is left by axes.
class Leaves {
 public:
  Leaves(const std::string& filter, const NamesWith& names_with)
      : filter_(filter), names_with_(names_with) {}

  bool any(const Axes& axes) const try {
    const auto names = names_with_(axes);
    return filter_.empty() ? !names.empty() : first_match(names, {filter_}) != nullptr;
  } catch (const BadUsage&) {  // too many cases to look at
    return true;
  }

 private:
  const std::string& filter_;
  const NamesWith& names_with_;
};

}  // namespace

std::optional<std::string> conflict_of(const std::string& filter, const Axes& axes,
                                       const NamesWith& names_with) {
  const Leaves leaves(filter, names_with);
  if (!leaves.any({})) return conflict_of_parts(filter, names_with({}));
  for (const auto& axis : axes) {
    if (leaves.any({axis})) continue;
    if (filter.empty()) return {};
    return "no case has both " + in_quotes(filter) + " and " + option_of(axis);
  }
  const std::string subject =
      "no case" + (filter.empty() ? "" : " that matches " + in_quotes(filter));
  for (auto one = axes.begin(); one != axes.end(); ++one) {
    for (auto other = std::next(one); other != axes.end(); ++other) {
      if (leaves.any({*one, *other})) continue;
      return subject + " has both " + option_of(*one) + " and " + option_of(*other);
    }
  }
  if (axes.size() < 3) return {};
  Words options;
  for (const auto& axis : axes) options.push_back(option_of(axis));
  return subject + " has all of " + joined(options, ", ");
}

}  // namespace harness
