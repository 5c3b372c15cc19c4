// crash_table: the table of survivors. scripts/checks/crash-table makes a page of its lines.
//
//   crash_table ours|glibc|boost      a line for each case and each word of its survivors:
//                                     primitive, library, object, killed in, word, points, by tabs
//
// GILFREE_CRASH_BUDGET says how many points a walk has, as for the tests.
#include <iostream>

#include "primitives/tests/crash_table/table.h"

namespace gilfree::testing {
namespace {

constexpr int kDeathsAsleep = 10;  // what differs between them is chance

Findings killed_asleep(const Walk& walk) {
  Walk asleep = walk;
  asleep.fresh = [&walk] {
    walk.fresh();
    const pid_t victim = fork_child([&walk] {
      walk.prepare();
      walk.operation();
    });
    await_sleep(victim);
    end(victim);
  };
  Findings found;
  for (int i = 0; i < kDeathsAsleep; ++i) found.add(ask_survivor(asleep), 1);
  return found;
}

Findings result_of(const Case& one) {
  switch (one.how) {
    case How::kAsleep:
      return killed_asleep(one.walk);
    case How::kFrozen:
      return freeze_at_every_instruction(one.walk);
    default:
      return kill_at_every_instruction(one.walk);
  }
}

void write_lines(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const Findings found = result_of(one);
    std::cerr << one.library << ", " << one.object << ", " << one.killed_in << ": " << found
              << "\n";
    for (const auto& [word, points] : found.verdicts) {
      std::cout << one.primitive << "\t" << one.library << "\t" << one.object << "\t"
                << one.killed_in << "\t" << word << "\t" << points << "\n";
    }
  }
}

}  // namespace
}  // namespace gilfree::testing

int main(int argc, char** argv) {
  using namespace gilfree::testing;
  const std::string whose = argc == 2 ? argv[1] : "";
  if (whose == "ours") {
    write_lines(our_cases());
  } else if (whose == "glibc") {
    write_lines(glibc_cases());
  } else if (whose == "boost") {
    write_lines(boost_cases());
  } else {
    std::cerr << "crash_table: say whose: ours, glibc or boost\n";
    return 2;
  }
}
