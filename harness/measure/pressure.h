// Pressure stall information: for how long tasks have waited for a CPU (Documentation/accounting/psi.rst).
#pragma once

#include <optional>
#include <string>

namespace harness {

// Returns for how many microseconds, since the machine was started, some task waited for a CPU. Nothing where the
// kernel does not say (psi=0, or before 4.20).
std::optional<double> cpu_stalled_us();

// The same, of the text of such a file: "some avg10=0.12 avg60=0.05 avg300=0.00 total=1234".
std::optional<double> stalled_us_in(const std::string& text);

}  // namespace harness
