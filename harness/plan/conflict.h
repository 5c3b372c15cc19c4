// Conflict: which wishes exclude each other where no case is left, although each of them alone leaves some.
//
//   conflict_of("semaphore_pool", {{"contender", "x"}, {"scope", "threads"}}, names_with)
//   "no case that matches 'semaphore_pool' has both --contender x and --scope threads"
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harness {

using Axes = std::map<std::string, std::string>;  // "bytes" -> "8,64,1k"
// Returns the names of the cases that these axes leave, whatever the filters. May throw BadUsage.
using NamesWith = std::function<std::vector<std::string>(const Axes&)>;

// `filter` may be empty: there is none. Returns nothing if one of the wishes alone leaves no case.
std::optional<std::string> conflict_of(const std::string& filter, const Axes& axes,
                                       const NamesWith& names_with);

}  // namespace harness
