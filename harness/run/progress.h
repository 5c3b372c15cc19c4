// Progress: how far a run is, and what went wrong on the way. On a terminal one line that is
// rewritten, elsewhere a line every tenth of the run. What went wrong is always said.
#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <string>

#include "harness/plan/schedule.h"

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
  // All `done` are over; the report comes next.
  void end(std::size_t done);
  // The run that is resumed had all of them, `done`: nothing was measured.
  void had_ended(std::size_t done);
  // A line of its own: a launch of `name` failed or hung.
  void went_wrong(const std::string& name, const std::string& status, const std::string& error);

 private:
  void say_last(const std::string& text);

  std::ostream& out_;
  Style style_;
  int tenths_ = 0;
};

inline constexpr std::array kProgressWords = {"auto", "plain", "none"};

// Returns the style of a word: plain is lines, none is silent, and auto is what suits standard error.
Progress::Style progress_style(const std::string& word);

}  // namespace harness
