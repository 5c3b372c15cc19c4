// gilfree::threading: Python's threading and queue, between threads.
//
//   #include "gilfree/threading.h"
//   namespace th = gilfree::threading;
//
// A contents page: every name with the header that has its contract, in the scope Threads. The state
// lies in private memory and an item is moved, so anything movable may be put into a queue. Any number of
// threads may use one primitive at the same time, unless its header says otherwise. For the same names
// across processes include gilfree/multiprocessing.h.
#pragma once

#include "gilfree/version.h"

#include <functional>
#include <utility>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/event.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/simple_queue.h"
#include "gilfree/thread.h"
#include "gilfree/timer.h"
#include "gilfree/value.h"
#include "gilfree/wait.h"

namespace gilfree::threading {

// errors.h: exceptions. An expected outcome (full, empty, too late) is a return value instead.
using gilfree::BrokenBarrier;
using gilfree::BrokenPipe;
using gilfree::Cancelled;
using gilfree::Closed;
using gilfree::Corrupted;
using gilfree::EndOfFile;
using gilfree::RemoteError;
using gilfree::TimeoutError;
using gilfree::WorkerLost;

// thread.h: runs a callable in a thread. ThreadHandle: any thread, seen from outside.
using gilfree::Thread;
using gilfree::ThreadHandle;
using gilfree::ThreadOptions;
// thread.h: the threads that run, this one, the main one; and a thread without an object.
using gilfree::active_count;
using gilfree::current_thread;
using gilfree::enumerate;
using gilfree::main_thread;
using gilfree::start_new_thread;
// timer.h: calls a function once, after some time.
using gilfree::Timer;

// Arguments of Pipe() and of a Pool's constructor and calls.
using gilfree::PipeOptions;
using gilfree::PoolCallbacks;
using gilfree::PoolOptions;

// wait.h: returns which of many connections have something to receive.
using gilfree::wait;
// wait.h: what wait() may be given, whatever its type, and what it returns then.
using Waitable = gilfree::Waitable<Threads>;

// semaphore.h: holds a permit of a semaphore for its own lifetime.
using gilfree::Permit;

// lock.h: one holder at a time.
using Lock = gilfree::Lock<Threads>;
// lock.h: the same, and its holder may lock it again.
using RLock = gilfree::RLock<Threads>;
// semaphore.h: a number of permits that any thread may give back.
using Semaphore = gilfree::Semaphore<Threads>;
// semaphore.h: the same, never with more permits than at first.
using BoundedSemaphore = gilfree::BoundedSemaphore<Threads>;
// event.h: a flag that many wait for.
using Event = gilfree::Event<Threads>;
// condition.h: waits without holding its lock, until notified.
using Condition = gilfree::Condition<Threads>;
// barrier.h: a meeting point of a fixed number of parties.
using Barrier = gilfree::Barrier<Threads>;

// pool.h: workers that run calls: apply, map, starmap, imap and their asynchronous forms.
using Pool = gilfree::Pool<Threads>;

// async_result.h: what apply_async and map_async return: the result of a call, once it is there.
template <typename Result>
using AsyncResult = gilfree::AsyncResult<Result, Threads>;

// pool_results.h: what imap returns: results one at a time.
template <typename Result>
using PoolResults = gilfree::PoolResults<Result, Threads>;

// value.h: one trivially copyable object with a lock.
template <typename T>
using Value = gilfree::Value<T, Threads>;

// value.h: a fixed number of them, with one lock.
template <typename T>
using Array = gilfree::Array<T, Threads>;

// queue.h: bounded, first in, first out.
template <typename T>
using Queue = gilfree::Queue<T, Threads>;

// lifo_queue.h: bounded, last in, first out.
template <typename T>
using LifoQueue = gilfree::LifoQueue<T, Threads>;

// priority_queue.h: bounded, the smallest item first.
template <typename T, typename Compare = std::less<T>>
using PriorityQueue = gilfree::PriorityQueue<T, Compare, Threads>;

// joinable_queue.h: a Queue with task_done() and join().
template <typename T>
using JoinableQueue = gilfree::JoinableQueue<T, Threads>;

// simple_queue.h: first in, first out, without a limit.
template <typename T>
using SimpleQueue = gilfree::SimpleQueue<T>;

// pipe.h: one end of a pipe: send, recv, poll.
template <typename T>
using Connection = gilfree::Connection<T, Threads>;

// Both ends: auto [a, b] = th::Pipe<T>(); or th::Pipe<T>({.duplex = false}), receiver first.
template <typename T>
std::pair<Connection<T>, Connection<T>> Pipe(PipeOptions options = {}) {
  return gilfree::Pipe<T, Threads>(options);
}

}  // namespace gilfree::threading
