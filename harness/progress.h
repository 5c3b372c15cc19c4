// Progress: how far a run is, on stderr. On a terminal one line that is rewritten, elsewhere a line
// every tenth of the run.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace harness {

class Progress {
 public:
  Progress(std::size_t total, bool quiet);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` launches are over; `name` comes next.
  void show(std::size_t done, const std::string& name);

 private:
  std::size_t total_;
  bool quiet_, terminal_;
  std::size_t tenths_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace harness
