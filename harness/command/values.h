// Values: how durations and numbers are written on the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace harness {

// Each throws BadUsage, naming `option`, what was written, and what may be.

// A positive duration of at most a day: "80ms", "0.5s", "2m"; units in either case.
std::chrono::nanoseconds duration(const std::string& option, const std::string& text);

// A whole number within these bounds.
int between(const std::string& option, const std::string& text, int least, int most);

// A number within these bounds, as 2.5.
double decimal(const std::string& option, const std::string& text, double least, double most);

// A whole number of 64 bits.
std::uint64_t seed_of(const std::string& text);

}  // namespace harness
