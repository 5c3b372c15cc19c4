// The exit codes of bench-all. One that is interrupted ends with 128 and the signal's number.
#pragma once

namespace harness {

enum ExitCode {
  kOk = 0,
  kUsage = 2,
  kFailed = 3,      // a case failed
  kNothingRan = 5,  // all were skipped
  kHung = 6,        // a case ran into the timeout
  kCannotWrite = 7,
};

}  // namespace harness
