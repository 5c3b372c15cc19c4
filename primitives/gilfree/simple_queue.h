// SimpleQueue: a first-in-first-out queue without a limit, shared by the threads of one process.
//
//   th::SimpleQueue<Job> jobs;
//   jobs.put(job);                   // never waits for room
//   run(jobs.get());
//
// Python's queue.SimpleQueue, with the members of all queues here. Use it where a producer must not
// wait, for example where it is also the consumer; prefer a Queue where one may outrun the other.
// There is none between processes: shared memory has to be sized when it is made
// (docs/adr/0016-unbounded-queue.md).
//
// Order       First in, first out over all producers.
// Cost        O(1): one lock, which both sides share, and one move of T; memory from the allocator, for
//             as many items as are inside. No system call unless a thread has to sleep or be woken.
// Blocking    put waits for nothing but the lock. get waits while the queue is empty: spins for at most
//             50 us, then sleeps; try_ does not (but see queue.h), _for and _until wait at most that
//             long. No fairness.
// Errors      As in queue.h; put throws std::bad_alloc if there is no memory, and the queue is as before.
// Visibility  put(x) synchronizes with the get that returns x. When to destroy it: queue.h.
// Crash       Threads do not die alone: all of it ends with the process.
#pragma once

#include "gilfree/version.h"

#include <cstddef>
#include <limits>

#include "gilfree/detail/queue/deque_store.h"
#include "gilfree/detail/queue/locked_queue.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename T>
class SimpleQueue : public detail::LockedQueue<SimpleQueue<T>, T, Threads, detail::DequeStore<T>> {
  using Base = detail::LockedQueue<SimpleQueue, T, Threads, detail::DequeStore<T>>;

 public:
  static constexpr const char* kName = "SimpleQueue";

  SimpleQueue() : Base(std::numeric_limits<std::size_t>::max()) {}

  // Puts an item in. try_put(), try_put_for() and try_put_until() always succeed.
  using Base::put, Base::try_put, Base::try_put_for, Base::try_put_until;
  // Puts a range of items in under one lock.
  using Base::put_many, Base::try_put_many;

  // Removes and returns the item that was put first.
  using Base::get, Base::try_get, Base::try_get_for, Base::try_get_until;
  // Removes and returns up to a given number of items under one lock.
  using Base::get_many, Base::try_get_many, Base::try_get_many_for;

  // Ends the flow: puts throw Closed from now on, gets take what is left and then throw it.
  using Base::close, Base::closed;
  // full() is always false, capacity() the largest std::size_t.
  using Base::qsize, Base::empty, Base::full, Base::capacity;
};

}  // namespace gilfree
