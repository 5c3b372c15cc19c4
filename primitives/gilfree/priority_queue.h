// PriorityQueue: a bounded queue from which the smallest leaves first, shared by threads or processes.
//
//   struct Job { int urgency; int number; };
//   struct MoreUrgent { bool operator()(const Job& a, const Job& b) const { return a.urgency > b.urgency; } };
//
//   mp::PriorityQueue<Job, MoreUrgent> jobs(64);
//   jobs.put({.urgency = 3, .number = 1});
//   run(jobs.get());
//
// Python's queue.PriorityQueue; Python has none between processes. `Compare` is made anew wherever it
// is needed, so it has no state; it gives a strict weak ordering, std::less unless told otherwise.
//
// Order       Of the items inside, the one that Compare puts first leaves first; of equals, the one
//             whose put ended first.
// Cost        O(log n) comparisons under one lock, which both sides share. An item that travels as a
//             message (std::string, ...) is decoded for each comparison, and now and then all of them
//             are copied to the other half of the memory. Memory: capacity items rounded up to a power of two
//             and 12 bytes for each, and 2 KiB; messages: as much as they need, at most 1 GiB in all.
// Blocking    put waits while the queue is full, get while it is empty: awake for some 50 us, then
//             asleep; try_ waits for neither (but see queue.h), _for and _until at most that long. No
//             fairness.
// Errors      As in queue.h. What Compare throws goes to the caller of put or get; nothing has changed then.
// Visibility  put(x) synchronizes with the get that returns x.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it has
//             not: never torn, never twice. The next one puts the order right: O(capacity), once.
#pragma once

#include <functional>

#include "gilfree/detail/queue/heap_store.h"
#include "gilfree/detail/queue/locked_queue.h"
#include "gilfree/scope.h"

namespace gilfree {

// detail/queue/queue_interface.h and detail/queue/locked_queue.h declare what it offers.
template <typename T, typename Compare = std::less<T>, Scope S = Processes>
class PriorityQueue : public detail::LockedQueue<PriorityQueue<T, Compare, S>, T, S,
                                                 detail::HeapStore<T, S, Compare>> {
 public:
  static constexpr const char* kName = "PriorityQueue";
  using detail::LockedQueue<PriorityQueue, T, S, detail::HeapStore<T, S, Compare>>::LockedQueue;
};

}  // namespace gilfree
