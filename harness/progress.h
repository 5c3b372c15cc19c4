// Progress: how far a run is. On a terminal one line that is rewritten, elsewhere a line every tenth
// of the run.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "harness/schedule.h"

namespace harness {

class Progress {
 public:
  enum class Style { kSilent, kLines, kOneLine };

  Progress(std::ostream& out, Style style) : out_(out), style_(style) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` launches are over; `name` comes next.
  void show(std::size_t done, Seconds elapsed, Seconds left, const std::string& name);

 private:
  std::ostream& out_;
  Style style_;
  int tenths_ = 0;
};

// What suits standard error.
Progress::Style progress_style(bool quiet);

}  // namespace harness
