// How long a delay in each operation slows a case by one percent.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/build.h"

namespace harness {

// The option of a launch. A slowed launch is compared with one whose delay is 0: it runs the same code, which adds
// nothing. Without the option other code runs, whose place in memory alone may make it faster or slower.
std::string injected_delay(double ns);

// Returns the nanoseconds of `run --injected-delay` that lower the case's rate as much as operations that take 1 %
// longer. It is measured at about 25 %, where the noise of launches counts little, in rounds of neighbouring launches.
// Nothing if the case takes no delay, or none of up to four times the length of an operation slows it enough.
std::optional<double> delay_per_percent(const Build& build, const std::string& name,
                                        const std::vector<std::string>& options,
                                        const std::filesystem::path& scratch);

}  // namespace harness
