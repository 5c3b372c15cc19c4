#include "primitives/tests/support/tally.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace gilfree::testing {

Findings tallied(const char* kind, Findings findings) {
  const char* const file = std::getenv("GILFREE_CRASH_TALLY");
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  if (file == nullptr || test == nullptr) return findings;
  std::string line = std::string(test->test_suite_name()) + "." + test->name() + "," + kind;
  for (const long figure : {long{findings.points}, long{findings.missed}, long{findings.hangs},
                            long{findings.edges}, long{findings.slowest.count()}}) {
    line += "," + std::to_string(figure);
  }
  line += "\n";
  const int out = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (::write(out, line.data(), line.size()) < 0) ADD_FAILURE() << "cannot write to " << file;
  ::close(out);
  return findings;
}

void tally_soak(int kills, int hangs, double longest_ms) {
  Findings findings;
  findings.points = kills;
  findings.hangs = hangs;
  findings.slowest = std::chrono::microseconds(static_cast<long>(longest_ms * 1000));
  (void)tallied("soak", findings);
}

}  // namespace gilfree::testing
