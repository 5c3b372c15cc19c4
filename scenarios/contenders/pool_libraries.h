// Pools of threads from libraries: oneTBB's task_group and Boost.Asio's thread_pool. oneTBB is
// optional: without it the rows say so.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <future>
#include <latch>

#include "scenarios/contenders/task_pools.h"

#if __has_include(<oneapi/tbb/task_group.h>)
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace scenarios {

class AsioPool {
 public:
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "boost_thread_pool", .primitive = "pool", .wait = "block"};

  explicit AsioPool(int workers) : pool_(static_cast<std::size_t>(workers)) {}
  ~AsioPool() { pool_.join(); }
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    std::latch left(static_cast<std::ptrdiff_t>((inputs.size() + chunk - 1) / chunk));
    each_chunk(inputs.size(), chunk, [&](std::size_t first, std::size_t end) {
      boost::asio::post(pool_, [&, first, end] {
        run_tasks(inputs, outputs, first, end);
        left.count_down();
      });
    });
    left.wait();
  }
  int call(int x) {
    std::promise<int> result;
    boost::asio::post(pool_, [&] { result.set_value(task(x)); });
    return result.get_future().get();
  }

 private:
  boost::asio::thread_pool pool_;
};

// Who waits for a group works for it meanwhile, so that a single call goes nowhere: not offered.
class TbbTaskGroup {
 public:
  static constexpr Scope kScope = Scope::kThreads;
  static constexpr Facts kFacts{.name = "tbb_task_group", .primitive = "pool", .wait = "adaptive"};

#if __has_include(<oneapi/tbb/task_group.h>)
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

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;

 public:
#else
  explicit TbbTaskGroup(int) {
    throw harness::Skipped("built without oneTBB; install libtbb-dev and build again");
  }
  void map(const Numbers&, std::size_t, Numbers&) {}
#endif
  int call(int x) { return task(x); }
};

}  // namespace scenarios
