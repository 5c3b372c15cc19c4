// Axes: what a scenario's parameters may be, and what the command line made of them.
#pragma once

#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario.h"

namespace harness {

inline constexpr std::string_view kLoadAxis = "load";

// Returns the scenarios with the axis `load`, which the harness adds to each of them (load.h).
std::list<Scenario> with_load(const std::vector<const Scenario*>& scenarios);

bool has_axis(const Scenario& scenario, std::string_view axis);

// Returns the values that the command line named: any integers, or those of the words that this axis has.
std::vector<Parameter::Value> named_values(const Parameter& parameter, const std::string& text);

// Throws BadUsage for a word that no scenario's axis of this name has. `axes`: "bytes" -> "8,64,1k".
void check_axes(const std::vector<const Scenario*>& scenarios,
                const std::map<std::string, std::string>& axes);

}  // namespace harness
