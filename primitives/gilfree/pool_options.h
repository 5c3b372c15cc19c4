// The options of a Pool, and the callbacks of its calls (pool.h).
//
// Python's Pool(processes, initializer, initargs, maxtasksperchild): what an initializer needs it captures.
// Python passes callback and error_callback to apply_async and map_async; so do these, in braces.
#pragma once

#include "gilfree/version.h"

#include <cstddef>
#include <exception>
#include <functional>

namespace gilfree {

// mp::Pool pool(4, {.initializer = [] { open_log(); }, .max_tasks_per_child = 100});
struct PoolOptions {
  std::function<void()> initializer = {};  // called by each worker before anything else
  std::size_t max_tasks_per_child = 0;  // processes: a worker ends, and is replaced, after so many
};                                      // calls or chunks; 0: never

// What apply_async and the like do with a result besides giving it. For each call one of the two is called, once, whatever
// becomes of it: error_callback also with Cancelled for one that is cancelled, with WorkerLost for one whose worker
// died, and with Closed for one that terminate() or the destructor has prevented, before these return. (Python calls
// neither then, and a get() waits for ever.) Called in a thread of the pool, before
// the result is ready; what a callback throws is reported on stderr. One that ends its thread (pthread_exit,
// pthread_cancel) ends that alone: another one calls back for the results that follow. For what is cancelled, or
// left when a pool of threads is terminated or destroyed, it is called in the thread that does so, and must not end it.
template <typename Result>
struct PoolCallbacks {
  std::function<void(const Result&)> callback = {};
  std::function<void(std::exception_ptr)> error_callback = {};
};
template <>
struct PoolCallbacks<void> {
  std::function<void()> callback = {};
  std::function<void(std::exception_ptr)> error_callback = {};
};

}  // namespace gilfree
