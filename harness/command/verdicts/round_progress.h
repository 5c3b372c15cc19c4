// RoundProgress: how far `ab` and `aa` are, as --progress asks for it.
#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>

#include "harness/run/progress.h"

namespace harness {

// kOneLine: one line that is rewritten, and erased at the end. kLines: a line at the beginning of each phase, then one
// every ten seconds at most.
class RoundProgress {
 public:
  // `what` stands before each text.
  RoundProgress(std::ostream& out, Progress::Style style, std::string what)
      : out_(out), style_(style), what_(std::move(what)) {}
  ~RoundProgress();
  RoundProgress(const RoundProgress&) = delete;
  RoundProgress& operator=(const RoundProgress&) = delete;

  void show(int round, int rounds, const std::string& phase);

 private:
  bool is_due(const std::string& phase);

  std::ostream& out_;
  Progress::Style style_;
  std::string what_, phase_;
  std::optional<std::chrono::steady_clock::time_point> last_;  // of a line
};

}  // namespace harness
