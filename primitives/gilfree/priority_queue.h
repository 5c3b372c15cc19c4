// PriorityQueue: a bounded queue from which the smallest leaves first, shared by threads or processes.
//
//   struct Job { int urgency; int number; };
//   struct MoreUrgent {
//     bool operator()(const Job& a, const Job& b) const { return a.urgency > b.urgency; }
//   };
//
//   mp::PriorityQueue<Job, MoreUrgent> jobs(64);
//   jobs.put({.urgency = 3, .number = 1});
//   run(jobs.get());
//
// Python's queue.PriorityQueue; Python has none between processes. `Compare` is constructed wherever
// it is needed, so it has no state; it gives a strict weak ordering, by default std::less.
//
// Order       Of the items inside, the one that Compare puts first leaves first; of equals, the one
//             whose put ended first.
// Cost        O(log n) comparisons under one lock, which both sides share. An item that travels as a
//             message (std::string, ...) is decoded for each comparison, and now and then all of them
//             are copied to the other half of the memory. Memory: capacity items rounded up to a power of two
//             and 12 bytes for each, and 2 KiB; messages: as much as they need, at most 1 GiB in all.
// Blocking    put waits while the queue is full, get while it is empty. Both spin for about 50 us,
//             then sleep. try_ waits for neither (but see queue.h), _for and _until at most that long.
//             close as in queue.h. No fairness.
// Errors      As in queue.h. What Compare throws goes to the caller of put or get; nothing has changed then.
// Visibility  put(x) synchronizes with the get that returns x. When to destroy it: queue.h.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it has
//             not: never torn, never twice. The next operation restores the order: O(capacity), once.
#pragma once

#include "gilfree/version.h"

#include <functional>

#include "gilfree/detail/queue/heap_store.h"
#include "gilfree/detail/queue/locked_queue.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename T, typename Compare = std::less<T>, Scope S = Processes>
class PriorityQueue : public detail::LockedQueue<PriorityQueue<T, Compare, S>, T, S,
                                                 detail::HeapStore<T, S, Compare>> {
  using Base = detail::LockedQueue<PriorityQueue, T, S, detail::HeapStore<T, S, Compare>>;

 public:
  static constexpr const char* kName = "PriorityQueue";  // in messages

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

  // Removes and returns the item that Compare puts first, waiting while the queue is empty. try_get()
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
