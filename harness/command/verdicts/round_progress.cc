#include "harness/command/verdicts/round_progress.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenLines = 10s;
constexpr char kEraseLine[] = "\r\033[K";

}  // namespace

RoundProgress::~RoundProgress() {
  if (style_ == Progress::Style::kOneLine && last_) out_ << kEraseLine << std::flush;
}

void RoundProgress::show(int round, int rounds, const std::string& phase) {
  if (style_ == Progress::Style::kSilent || !is_due(phase)) return;
  const std::string text =
      what_ + phase + " " + std::to_string(round) + " of " + std::to_string(rounds);
  last_ = Clock::now();
  phase_ = phase;
  if (style_ == Progress::Style::kOneLine) {
    out_ << kEraseLine << text << std::flush;
  } else {
    out_ << "bench-all: " << text << std::endl;
  }
}

bool RoundProgress::is_due(const std::string& phase) {
  return style_ == Progress::Style::kOneLine || !last_ || phase != phase_ ||
         Clock::now() - *last_ >= kBetweenLines;
}

}  // namespace harness
