#include "harness/progress.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace harness {

Progress::Progress(std::size_t total, bool quiet) : total_(total), quiet_(quiet) {
  const char* term = std::getenv("TERM");
  terminal_ = ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string(term) != "dumb";
}

Progress::~Progress() {
  if (terminal_ && !quiet_) std::fputs("\r\033[K", stderr);
}

void Progress::show(std::size_t done, const std::string& name) {
  if (quiet_) return;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started_;
  const double left =
      done == 0 ? 0
                : spent.count() / static_cast<double>(done) * static_cast<double>(total_ - done);
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%zu/%zu  %3.0f s left  %.100s", done, total_, left, name.c_str());
  } else if (const auto tenths = 10 * done / total_; tenths > tenths_) {
    tenths_ = tenths;
    std::fprintf(stderr, "bench-all: %zu of %zu launches, %.0f s left\n", done, total_, left);
  }
}

}  // namespace harness
