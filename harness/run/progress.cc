#include "harness/run/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "harness/base/counted.h"

namespace harness {
namespace {

constexpr char kEraseLine[] = "\r\033[K";
constexpr std::size_t kLongestName = 100;

}  // namespace

Progress::~Progress() {
  if (style_ == Style::kOneLine) out_ << kEraseLine << std::flush;
}

void Progress::show(std::size_t done, Seconds elapsed, Seconds left, const std::string& name) {
  const auto seconds = std::lround(left.count());
  if (style_ == Style::kOneLine) {
    out_ << kEraseLine << counted(done, "launch", "launches") << ", " << seconds << " s left  "
         << name.substr(0, kLongestName) << std::flush;
  } else if (style_ == Style::kLines) {
    const int tenths = static_cast<int>(10 * elapsed.count() / (elapsed + left).count());
    if (tenths <= tenths_ || tenths >= 10) return;
    tenths_ = tenths;
    out_ << "bench-all: " << counted(done, "launch", "launches") << " done, " << seconds
         << " s left" << std::endl;
  }
}

void Progress::end(std::size_t done) { say_last(counted(done, "launch", "launches") + " done"); }

void Progress::had_ended(std::size_t done) {
  say_last("the run was finished, with " + counted(done, "launch", "launches") +
           "; nothing was measured");
}

void Progress::say_last(const std::string& text) {
  if (style_ == Style::kSilent) return;
  if (style_ == Style::kOneLine) out_ << kEraseLine;
  out_ << "bench-all: " << text << std::endl;
}

void Progress::went_wrong(const std::string& name, const std::string& status,
                          const std::string& error) {
  if (style_ == Style::kOneLine) out_ << kEraseLine;
  out_ << "bench-all: " << name << ": " << status << ": " << error << std::endl;
}

Progress::Style progress_style(const std::string& word) {
  if (word == "none") return Progress::Style::kSilent;
  if (word == "plain") return Progress::Style::kLines;
  const char* term = std::getenv("TERM");
  const bool capable = term != nullptr && std::string(term) != "dumb";
  return capable && ::isatty(STDERR_FILENO) == 1 ? Progress::Style::kOneLine
                                                 : Progress::Style::kLines;
}

}  // namespace harness
