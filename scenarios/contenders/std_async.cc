// std::async as a pool: a thread for each call or chunk, at most 64 at a time.
#include <cstddef>
#include <future>
#include <vector>

#include "scenarios/pool_tasks.h"

namespace scenarios {
namespace {

class StdAsync {
 public:
  static constexpr Facts kFacts{.name = "std_async",
                                .label = "std::async",
                                .family = "std",
                                .primitive = "pool",
                                .wait = "block"};
  static constexpr PoolTraits kTraits{};

  explicit StdAsync(int) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    std::vector<std::future<void>> running;
    each_chunk(inputs.size(), chunk, [&](std::size_t first, std::size_t end) {
      if (running.size() == kMostThreads) wait_for(running);
      running.push_back(std::async(std::launch::async,
                                   [&, first, end] { run_tasks(inputs, outputs, first, end); }));
    });
    wait_for(running);
  }
  int call(int x) { return std::async(std::launch::async, task, x).get(); }

 private:
  static constexpr std::size_t kMostThreads = 64;

  static void wait_for(std::vector<std::future<void>>& running) {
    for (auto& each : running) each.get();
    running.clear();
  }
};

const Registration registered = add_pool<StdAsync, WorkerKind::kThreads>();

}  // namespace
}  // namespace scenarios
