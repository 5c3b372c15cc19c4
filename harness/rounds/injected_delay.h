// How long a delay in each operation slows a case by wanted shares.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/rounds/build.h"

namespace harness {

// The option of a launch. A slowed launch is compared with one whose delay is 0: it runs the same code, which adds
// nothing. Without the option other code runs, whose place in memory alone may make it faster or slower.
std::string injected_delay(double ns);

// Which cases take an injected delay.
struct DelayTakers {
  std::vector<std::string> takers, others;
};

// Asks each case by one launch with a delay of 0, in the folder `scratch`. One that fails for another reason is a taker: its
// rounds say why. Ends early if the program is interrupted.
DelayTakers delay_takers(const Build& build, const std::vector<std::string>& cases,
                         const std::vector<std::string>& options,
                         const std::filesystem::path& scratch);

// Returns, of each share, the nanoseconds of `run --injected-delay` by which the case's operations take longer by it, as
// its rate shows. They are found by measuring, since a short delay is partly hidden in what an operation waits for: a
// tenth of a delay slows it by less than a tenth. Nothing if the case takes no delay, none of up to four times the
// length of an operation slows it enough, or the program was interrupted.
std::optional<std::map<double, double>> delays_that_slow(const Build& build,
                                                         const std::string& name,
                                                         const std::vector<std::string>& options,
                                                         const std::filesystem::path& scratch,
                                                         const std::vector<double>& shares);

// Returns how many launches of a case that takes, if the first delay that is tried slows it by about as much as it should.
int fewest_launches_to_find_delays(const std::vector<double>& shares);

}  // namespace harness
