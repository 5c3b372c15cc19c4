#include "harness/judge/advice.h"

namespace harness {

std::string name_of_option(Reader reader, const std::string& option) {
  return (reader == Reader::kAction ? "the input " : "--") + option;
}

std::string rounds_advice(Reader reader, int rounds) {
  const auto count = std::to_string(rounds);
  if (reader == Reader::kCommandLine) return "--rounds " + count;
  return "set the input rounds to " + count + ", and time-budget for them";
}

std::string time_advice(Reader reader) {
  if (reader == Reader::kCommandLine) return "more time, --resume --time-budget";
  return "more time by the input time-budget, or fewer cases by filter";
}

std::string budget_advice(Reader reader, const std::string& budget) {
  if (reader == Reader::kCommandLine) return "--resume --time-budget " + budget;
  return "set the input time-budget to " + budget + " or more";
}

std::string window_advice(Reader reader) {
  return reader == Reader::kCommandLine ? "--launch-option=--window=1s"
                                        : "--window=1s in the input launch-options";
}

std::string interruption_advice(Reader reader) {
  return reader == Reader::kCommandLine ? "the same command with --resume goes on"
                                        : "run the job again";
}

}  // namespace harness
