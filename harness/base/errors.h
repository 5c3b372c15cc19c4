// What can go wrong with a run as a whole. Each message is one line that names the thing and the
// remedy; main turns the type into the exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace harness {

// One that is interrupted ends with 128 and the signal's number.
enum ExitCode {
  kOk = 0,
  kWorse = 1,  // of `ab`: something is slower, and was so again in fresh rounds
  kUsage = 2,
  kFailed = 3,        // a case failed
  kIncomparable = 4,  // of `ab`: a case was not measured by both; with --strict, also undecided
  kNothingRan = 5,    // all were skipped
  kHung = 6,          // a case ran into the timeout
  kCannotWrite = 7,
  kMeasuredElsewhere = 75,  // of a job of a fleet: another one measures this node
};

// The command line asks for something that is not there or makes no sense: exit code 2.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A name that means two things.
class Ambiguous : public BadUsage {
 public:
  using BadUsage::BadUsage;
};

// Results cannot be written: exit code 7.
class CannotWrite : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Returns what was typed, in quotes, as a part of a one-line message: cut where it is long, `?` for
// what is not printable.
std::string in_quotes(std::string_view text);

// The same without quotes or a limit, for a message of others.
std::string one_line(std::string_view text);

// Returns what errno says, and the limit to raise where it is one.
std::string reason(int error);

}  // namespace harness
