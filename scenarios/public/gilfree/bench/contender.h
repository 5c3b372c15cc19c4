// Your own channel, queue, lock, semaphore or pool in bench-all, beside all of its contenders.
//
//   #include <gilfree/bench/contender.h>
//
//   int main(int argc, char** argv) {
//     gilfree::bench::add_contender<MyMutex>("mine");
//     return gilfree::bench::main(argc, argv);   // it takes what bench-all takes
//   }
//
// The members of the class decide which question it answers:
//
//   members                                                                  the scenario
//   C(size_t bytes), send(const std::byte*), receive(std::byte*), [depth()]  pipe_vs_queue
//   put(const T&) and T get() or get(T&), of a template Q<T>(size_t capacity)  producer_consumer
//     (further parameters of Q have defaults)
//   lock(), unlock()                                                         lock_contention
//   S(int permits), acquire(), release()                                     semaphore_pool
//   P(int workers), map(inputs, chunk, outputs), [call(int)]                 pool_tasks
//
// All of them block until they have done it. A class that has the members of two rows is added to both.
// A channel works between two processes and is made before they are forked. The others work between
// threads, or between processes for kProcesses: an object then lies in memory that the processes share,
// and holds no pointers. One that shares itself across a fork (a handle of a mapping) has a member
// `static constexpr bool kSharesItself = true`. A pool computes outputs[i] = task(inputs[i]).
//
// A name, in all questions, is that of no contender that is built in; main() refuses it.
//
// Every payload is checked: what was lost, torn or out of order makes the row `failed`.
#pragma once

#include <string>
#include <utility>

#include "scenarios/added_contenders.h"

namespace gilfree::bench {

using scenarios::About;
using scenarios::Numbers;  // std::vector<int>: the inputs and outputs of a pool
using scenarios::task;     // the task of a pool: int task(int)
using scenarios::WorkerKind;

inline constexpr WorkerKind kThreads = WorkerKind::kThreads, kProcesses = WorkerKind::kProcesses;

// Adds the class T as the contender `name`: for --contender, the CSV and the report. To be called before
// main(), which refuses a name that cannot be used.
template <typename T, WorkerKind kBetween = kThreads>
void add_contender(const std::string& name, const About& about = {}) {
  namespace added = scenarios::added;
  constexpr bool kFits =
      added::IsChannel<T> || added::IsLock<T> || added::IsSemaphore<T> || added::IsPool<T>;
  static_assert(
      kFits,
      "add_contender: this class has the members of no channel, lock, semaphore or pool; see "
      "the table in <gilfree/bench/contender.h>");
  if constexpr (added::IsChannel<T>) added::add_channel<T>(name, about);
  if constexpr (added::IsLock<T>) added::add_lock<T, kBetween>(name, about);
  if constexpr (added::IsSemaphore<T>) added::add_semaphore<T, kBetween>(name, about);
  if constexpr (added::IsPool<T>) added::add_pool<T, kBetween>(name, about);
}

// The same for a queue Q<T>.
template <template <typename> typename Q, WorkerKind kBetween = kThreads>
void add_contender(const std::string& name, const About& about = {}) {
  static_assert(scenarios::added::IsQueue<Q>,
                "add_contender: Q<T> needs Q(std::size_t capacity), put(const T&), and T get() or "
                "get(T&)");
  scenarios::added::add_queue<Q, kBetween>(name, about);
}

// A compiler without __cpp_template_template_args takes no Q<T, Allocator = ...> for a Q<T>, nor Q<T, 1024>.
#ifndef __cpp_template_template_args
template <template <typename, typename, typename...> typename Q, WorkerKind kBetween = kThreads>
void add_contender(const std::string& name, const About& about = {}) {
  add_contender<scenarios::added::WithDefaults<Q>::template Of, kBetween>(name, about);
}
template <template <typename, auto> typename Q, WorkerKind kBetween = kThreads>
void add_contender(const std::string& name, const About& about = {}) {
  add_contender<scenarios::added::WithDefault<Q>::template Of, kBetween>(name, about);
}
#endif

// The command bench-all with what was added. Returns its exit code. Results go to results/local/ in the
// current folder.
inline int main(int argc, char** argv) {
#ifdef GILFREE_BENCH_SHARE  // where the scripts of the report are installed
  return scenarios::added::main(argc, argv, GILFREE_BENCH_SHARE);
#else
  return scenarios::added::main(argc, argv, nullptr);
#endif
}

}  // namespace gilfree::bench
