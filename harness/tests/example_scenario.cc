// The example in the comment of scenario.h: scenario_test.cc compares the two.
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness/tests/fixtures.h"

namespace harness::testing {

void increment_together(harness::Run& run) {
  std::atomic<std::int64_t> counter{0};
  std::vector<std::thread> parties;
  for (int number = 0; number < run["threads"]; ++number) {
    parties.emplace_back([&run, &counter, &tally = run.tally(number)] {
      while (run.running()) {
        counter.fetch_add(1);
        tally.count(1);
      }
    });
  }
  run.measure();  // warm-up, then the windows; running() is false when it returns
  for (auto& party : parties) party.join();
}

const harness::Scenario shared_counter{
    .name = "shared_counter",
    .question = "How often can threads increment one counter?",
    .family = "sync",
    .parameters = {{"threads", "threads", {1, 2, 4}, "how many increment it"}},
    .run = increment_together,
};

}  // namespace harness::testing
