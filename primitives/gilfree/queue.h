// Queue: a bounded first-in-first-out queue shared by threads or by processes.
//
//   mp::Queue<Job> jobs(64);                                          // made before the fork,
//   mp::Process worker([&] { while (true) run(jobs.get()); });        // inherited by the child
//   jobs.put(job);
//
// Python's multiprocessing.Queue without its pipe, its feeder thread and its pickling: an item is
// copied once into shared memory and once out of it. Between threads it is moved.
//
// Order       First in, first out over all producers: if put(a) returned before put(b) began, a
//             leaves first.
// Cost        O(1): one lock and one copy of T. No system call unless someone has to sleep or be
//             woken. put_many and get_many move a batch for one lock and one commit. Memory is fixed
//             at construction: capacity items rounded up to a power of two, and 2 KiB. VariableSlots
//             (std::string, ...; codec.h, archive_codec.h) have 256 KiB, or four times the longest one
//             if that is more.
// Blocking    put waits while the queue is full, or has no room for a message as long as this one,
//             which full() does not know; get waits while it is empty: awake for some 50 us, then
//             asleep; try_ waits for neither, _for and _until at most that long. A try that finds
//             another party inside waits for it, at most about 40 ms: longer only if that party
//             was stopped or has lost its CPU, and then it is refused. No fairness: a running
//             worker may overtake one that is waking.
// Errors      "Full", "empty" and "too late" are answers: false or nullopt. Closed is thrown by a
//             put after close(), and by a get once a closed queue has been drained. Capacity 0
//             throws std::invalid_argument, and so does a negative timeout; a message over 1 GiB
//             std::length_error; more than 1023 threads at once std::system_error; no memory
//             std::bad_alloc, or not_enough_memory across processes. By name: what named.h says, and
//             Corrupted from any call that finds a message reaching beyond the memory.
// Visibility  put(x) synchronizes with the get that returns x: what a worker wrote before the one
//             is seen after the other. qsize() synchronizes with nothing.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it
//             has not, and so has the part of a batch that there was room for: never torn, never
//             twice. The others carry on; one that is asleep is woken at once, by a
//             stranger's death (named.h) within detail::kHeartbeat (20 ms). An item already got by a
//             process that dies is gone with it.
#pragma once

#include "gilfree/detail/queue/fifo_queue.h"
#include "gilfree/scope.h"

namespace gilfree {

// detail/queue/queue_interface.h and detail/queue/fifo_queue.h declare what it offers.
template <typename T, Scope S = Processes>
class Queue : public detail::Fifo<Queue<T, S>, T, S> {
 public:
  static constexpr const char* kName = "Queue";
  using detail::Fifo<Queue, T, S>::Fifo;
};

}  // namespace gilfree
