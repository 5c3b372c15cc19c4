// LifoQueue: a bounded queue from which the last one put leaves first, shared by threads or processes.
//
//   mp::LifoQueue<Job> jobs(64);
//   jobs.put(job);
//   run(jobs.get());                 // the freshest one
//
// Python's queue.LifoQueue; Python has none between processes.
//
// Order       Last in, first out: of the items inside, the one whose put ended last leaves first.
// Cost        O(1): one lock, which both sides share, and one copy of T. No system call unless someone
//             has to sleep or be woken. put_many and get_many take the lock once; each of their items
//             comes or goes by a commit of its own. Memory as in queue.h.
// Blocking    put waits while the queue is full, get while it is empty: awake for some 50 us, then
//             asleep; try_ waits for neither (but see queue.h), _for and _until at most that long. No
//             fairness.
// Errors      As in queue.h.
// Visibility  put(x) synchronizes with the get that returns x.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it has
//             not: never torn, never twice. The others carry on at once.
#pragma once

#include "gilfree/detail/queue/locked_queue.h"
#include "gilfree/detail/queue/stack_store.h"
#include "gilfree/scope.h"

namespace gilfree {

// detail/queue/queue_interface.h and detail/queue/locked_queue.h declare what it offers.
template <typename T, Scope S = Processes>
class LifoQueue : public detail::LockedQueue<LifoQueue<T, S>, T, S, detail::StackStore<T, S>> {
 public:
  static constexpr const char* kName = "LifoQueue";
  using detail::LockedQueue<LifoQueue, T, S, detail::StackStore<T, S>>::LockedQueue;
};

}  // namespace gilfree
