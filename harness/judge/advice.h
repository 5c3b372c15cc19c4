// Advice: how to give a comparison more rounds or time, in the words of where it is read.
//
//   rounds_advice(Reader::kCommandLine, 24)   "--rounds 24"
//   rounds_advice(Reader::kAction, 24)        "set the input rounds to 24, and time-budget for them"
#pragma once

#include <string>

namespace harness {

// Where it is read: where the command can be given again, or in a job of GitHub, where the action (.github/actions/bench-all) has
// inputs and nothing can be resumed.
enum class Reader { kCommandLine, kAction };

// Returns what an option is called there: "--rounds", or "the input rounds".
std::string name_of_option(Reader reader, const std::string& option);

std::string rounds_advice(Reader reader, int rounds);

// What decides cases that a time budget left open.
std::string time_advice(Reader reader);

// The same where it is known which budget, as "240s", would do.
std::string budget_advice(Reader reader, const std::string& budget);

// What makes the windows of the launches longer.
std::string window_advice(Reader reader);

// What goes on after an interruption.
std::string interruption_advice(Reader reader);

}  // namespace harness
