// Cases that both sides of a comparison skip, each with a reason: say, since the machine refuses a system call. They are left
// out of the judgement and named in warnings: what cannot run here says nothing of the change.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace harness {

using SkippedCases = std::map<std::string, std::string>;  // why, by case

// Returns one reason for both sides.
std::string skip_reason(const std::string& of_a, const std::string& of_b);

// Returns a warning for each reason, and one for the cases of all further ones. `sides`: "both builds".
std::vector<std::string> skip_warnings(const SkippedCases& skipped, const std::string& sides);

}  // namespace harness
