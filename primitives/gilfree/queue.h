// Queue: a bounded first-in-first-out queue shared by threads or by processes.
//
//   mp::Queue<Job> jobs(64);                                          // made before the fork,
//   mp::Process worker([&] { while (true) run(jobs.get()); });        // inherited by the child
//   jobs.put(job);
//   if (!jobs.try_put_for(job, 10ms)) report_overload();              // waits at most that long
//   jobs.close();                                                     // then get() gives what is left, and throws
//
// Python's multiprocessing.Queue without its pipe, its feeder thread and its pickling: an item is
// copied once into shared memory and once out of it. Between threads it is moved. Any number of threads may
// put, get and close at the same time. (docs/reading.md follows an item through the source.)
//
// Order       First in, first out over all producers: if put(a) returned before put(b) began, a
//             leaves first.
// Cost        O(1): one lock and one copy of T. No system call unless a thread has to sleep or be
//             woken. put_many and get_many move a batch for one lock and one commit. Memory is fixed
//             at construction: capacity items rounded up to a power of two, and 2 KiB. Items that are not
//             trivially copyable ("messages": std::string, ...; codec.h, archive_codec.h) have 256 KiB, or
//             four times the longest one if that is more.
// Blocking    put waits while the queue is full, or has no room for a message as long as this one,
//             which full() does not know; get waits while it is empty. Both spin for about 50 us,
//             then sleep. A get wakes one put: if there is still no room for its message, another one across
//             processes, whose shorter message has room, may sleep on for up to detail::kHeartbeat (20 ms).
//             try_ waits for neither, _for and _until at most that long. A try that finds
//             another thread in a put or get waits for it, at most about 40 ms: if that thread was stopped or
//             has lost its CPU for so long, the try fails. close waits without a limit for a thread that
//             is just putting, also one that is stopped there. No fairness: a running thread may overtake
//             one that is waking.
// Errors      "Full", "empty" and "too late" are results: false or nullopt. Closed is thrown by a put after
//             close(), and by a get once a closed queue has been drained. std::invalid_argument: capacity 0,
//             a negative timeout. std::length_error: a message over 1 GiB. std::system_error: more than 1023
//             threads of one process tree; across processes no memory (not_enough_memory). std::bad_alloc:
//             no memory between threads. By name: what named.h says, and Corrupted from any call that finds
//             a message reaching beyond the memory.
// Visibility  put(x) synchronizes with the get that returns x: what a thread wrote before its put is
//             seen after the get. qsize() synchronizes with nothing. put touches the queue after it has
//             let a get have the item: destroy a queue only when each thread has returned from its put,
//             for example after joining the threads. Getting the last item is not enough.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it has
//             not, and so has the part of a batch that there was room for: never torn, never twice.
//             The others carry on. A sleeper is woken at once; if an unrelated process (named.h) died, within
//             detail::kHeartbeat (20 ms). An item that a process had got when it died
//             is lost.
#pragma once

#include "gilfree/version.h"

#include "gilfree/detail/queue/fifo_queue.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename T, Scope S = Processes>
class Queue : public detail::Fifo<Queue<T, S>, T, S> {
  using Base = detail::Fifo<Queue, T, S>;

 public:
  static constexpr const char* kName = "Queue";  // in messages

  // Makes a queue of `capacity` items, by itself or under a name (named.h). One that exists under the
  // name keeps its capacity. (The constructors are in detail/queue/fifo_queue.h, the signatures of all
  // that follows in detail/queue/queue_interface.h.)
  using Base::Base;

  // Puts an item in, waiting while the queue is full. try_put() does not wait, try_put_for() and
  // try_put_until() wait at most that long. They return false if the queue stayed full, and have then
  // not moved from an item given by &&.
  using Base::put, Base::try_put, Base::try_put_for, Base::try_put_until;
  // Puts a range of items in, as many at a time as there is room for, each time under one lock. The
  // items of a container given by && are moved. try_put_many() does not wait, and returns how many it
  // put in.
  using Base::put_many, Base::try_put_many;

  // Removes and returns the item that was put first, waiting while the queue is empty. try_get()
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
