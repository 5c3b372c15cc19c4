// LifoQueue: a bounded queue from which the item put last leaves first, shared by threads or processes.
//
//   mp::LifoQueue<Job> jobs(64);
//   jobs.put(job);
//   run(jobs.get());                 // the newest one
//
// Python's queue.LifoQueue; Python has none between processes.
//
// Order       Last in, first out: of the items inside, the one whose put ended last leaves first.
// Cost        O(1): one lock, which both sides share, and one copy of T. No system call unless a thread
//             has to sleep or be woken. put_many and get_many take the lock once; each of their items
//             comes or goes by a commit of its own. Memory as in queue.h.
// Blocking    put waits while the queue is full, get while it is empty. Both spin for about 50 us,
//             then sleep. try_ waits for neither (but see queue.h), _for and _until at most that long.
//             close as in queue.h. No fairness.
// Errors      As in queue.h.
// Visibility  put(x) synchronizes with the get that returns x. When to destroy it: queue.h.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it has
//             not: never torn, never twice. The others carry on at once.
#pragma once

#include "gilfree/version.h"

#include "gilfree/detail/queue/locked_queue.h"
#include "gilfree/detail/queue/stack_store.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename T, Scope S = Processes>
class LifoQueue : public detail::LockedQueue<LifoQueue<T, S>, T, S, detail::StackStore<T, S>> {
  using Base = detail::LockedQueue<LifoQueue, T, S, detail::StackStore<T, S>>;

 public:
  static constexpr const char* kName = "LifoQueue";  // in messages

  // Makes a queue of `capacity` items, by itself or under a name (named.h). One that exists under the
  // name keeps its capacity.
  using Base::Base;

  // Puts an item in, waiting while the queue is full. try_put() does not wait, try_put_for() and
  // try_put_until() wait at most that long. They return false if the queue stayed full, and have then
  // not moved from an item given by &&.
  using Base::put, Base::try_put, Base::try_put_for, Base::try_put_until;
  // Puts a range of items in, as many at a time as there is room for, each time under one lock. The
  // items of a container given by && are moved. try_put_many() does not wait, and returns how many it
  // put in.
  using Base::put_many, Base::try_put_many;

  // Removes and returns the item that was put last, waiting while the queue is empty. try_get()
  // does not wait, try_get_for() and try_get_until() wait at most that long; they return nullopt if
  // the queue stayed empty.
  using Base::get, Base::try_get, Base::try_get_for, Base::try_get_until;
  // Removes and returns up to a given number of items under one lock. get_many() waits for the first
  // of them, the others may return an empty vector.
  using Base::get_many, Base::try_get_many, Base::try_get_many_for;

  // After close() a put throws Closed; a get returns what is left, and throws Closed once nothing is.
  // Calling it again has no effect. closed() returns whether it has been called.
  using Base::close, Base::closed;
  // Return how many items are inside, and whether that is none or all that fit. May have changed when
  // they return. capacity() never changes.
  using Base::qsize, Base::empty, Base::full, Base::capacity;
};

}  // namespace gilfree
