// Which cases `aa --power` and `ab --injected-delay` can slow, asked and said before anything is measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/command/verdicts/compare_options.h"
#include "harness/rounds/injected_delay.h"

namespace harness {

// Asks each case by a short launch of the build, in a folder that is removed. Returns nothing if it was interrupted.
std::optional<DelayTakers> ask_for_delay(const Build& build, const std::vector<std::string>& cases,
                                         const CompareOptions& options);

// Says in one line how many of the cases take an injected delay, and which do not. Throws BadUsage if none does, naming
// `option`.
std::string delay_takers_text(const std::string& option, const DelayTakers& found);

}  // namespace harness
