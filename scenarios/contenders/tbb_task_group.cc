// oneTBB's task_group. A thread that waits for a group works for it meanwhile, so that a single call does
// not travel: round trips are not measured. Optional: without oneTBB the rows say so.
// Links: TBB::tbb
#include <cstddef>

#include "scenarios/pool_tasks.h"

#if __has_include(<oneapi/tbb/task_group.h>)
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace scenarios {
namespace {

constexpr Facts kTaskGroup{.name = "tbb_task_group",
                           .label = "tbb::task_group",
                           .family = "tbb",
                           .primitive = "pool",
                           .wait = "adaptive"};

#if __has_include(<oneapi/tbb/task_group.h>)
class TbbTaskGroup {
 public:
  static constexpr Facts kFacts = kTaskGroup;
  static constexpr PoolTraits kTraits{.calls = false};

  explicit TbbTaskGroup(int workers)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers)),
        arena_(workers) {}
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    arena_.execute([&] {
      tbb::task_group group;
      each_chunk(inputs.size(), chunk, [&](std::size_t first, std::size_t end) {
        group.run([&, first, end] { run_tasks(inputs, outputs, first, end); });
      });
      group.wait();
    });
  }
  int call(int x) { return task(x); }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

const Registration registered = add_pool<TbbTaskGroup, WorkerKind::kThreads>();
#else
const Registration registered =
    add_missing<PoolContender>("oneTBB", "libtbb-dev", kTaskGroup, WorkerKind::kThreads);
#endif

}  // namespace
}  // namespace scenarios
