// gilfree::multiprocessing: Python's multiprocessing, across processes.
//
//   #include "gilfree/multiprocessing.h"
//   namespace mp = gilfree::multiprocessing;
//
// A contents page: every name with the header that has its contract, in the scope Processes. The state
// lies in shared memory: make a primitive before the fork, and children inherit it, or open it by name
// in any program. Any number of threads and processes may use one primitive at the same time, unless
// its header says otherwise. For the same names between threads include gilfree/threading.h.
#pragma once

#include "gilfree/version.h"

#include <functional>
#include <utility>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/event.h"
#include "gilfree/fork_server.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/priority_queue.h"
#include "gilfree/process.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "gilfree/wait.h"
#if __has_include(<cereal/cereal.hpp>)
#include "gilfree/archive_codec.h"
#endif

namespace gilfree::multiprocessing {

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

// process.h: runs a callable in a child process. ProcessHandle: any process, seen from outside.
using gilfree::Process;
using gilfree::ProcessHandle;
using gilfree::ProcessOptions;
// process.h: the end of a process as something to wait for.
using gilfree::Sentinel;
// process.h: the children that run, this process, its parent; and the CPUs that it may use.
using gilfree::active_children;
using gilfree::cpu_count;
using gilfree::current_process;
using gilfree::parent_process;
// fork_server.h: starts processes as fast for a parent with much memory as for one with little.
using gilfree::ForkServer;

// Arguments of Pipe() and of a Pool's constructor and calls.
using gilfree::PipeOptions;
using gilfree::PoolCallbacks;
using gilfree::PoolOptions;

// named.h: make or open a primitive by name, for programs that are not forks of each other, and
// remove the name. Each primitive's constructor takes such a tag and a name first.
using gilfree::create_only;
using gilfree::open_only;
using gilfree::open_or_create;
using gilfree::remove;

// wait.h: returns which of many connections have something to receive, and which processes have ended.
using gilfree::wait;
// wait.h: what wait() may be given, whatever its type, and what it returns then.
using Waitable = gilfree::Waitable<Processes>;

// semaphore.h: holds a permit of a semaphore for its own lifetime.
using gilfree::Permit;

// lock.h: one holder at a time. If its holder is killed, abandoned() is true for the next.
using Lock = gilfree::Lock<Processes>;
// lock.h: the same, and its holder may lock it again.
using RLock = gilfree::RLock<Processes>;
// semaphore.h: a number of permits that any thread may give back.
using Semaphore = gilfree::Semaphore<Processes>;
// semaphore.h: the same, never with more permits than at first. Takes back those of a killed process.
using BoundedSemaphore = gilfree::BoundedSemaphore<Processes>;
// event.h: a flag that many wait for.
using Event = gilfree::Event<Processes>;
// condition.h: waits without holding its lock, until notified.
using Condition = gilfree::Condition<Processes>;
// barrier.h: a meeting point of a fixed number of parties.
using Barrier = gilfree::Barrier<Processes>;

// pool.h: workers that run calls: apply, map, starmap, imap and their asynchronous forms.
using Pool = gilfree::Pool<Processes>;

// async_result.h: what apply_async and map_async return: the result of a call, once it is there.
template <typename Result>
using AsyncResult = gilfree::AsyncResult<Result, Processes>;

// pool_results.h: what imap returns: results one at a time.
template <typename Result>
using PoolResults = gilfree::PoolResults<Result, Processes>;

// value.h: one trivially copyable object with a lock.
template <typename T>
using Value = gilfree::Value<T, Processes>;

// value.h: a fixed number of them, with one lock.
template <typename T>
using Array = gilfree::Array<T, Processes>;

// queue.h: bounded, first in, first out.
template <typename T>
using Queue = gilfree::Queue<T, Processes>;

// lifo_queue.h: bounded, last in, first out.
template <typename T>
using LifoQueue = gilfree::LifoQueue<T, Processes>;

// priority_queue.h: bounded, the smallest item first.
template <typename T, typename Compare = std::less<T>>
using PriorityQueue = gilfree::PriorityQueue<T, Compare, Processes>;

// joinable_queue.h: a Queue with task_done() and join().
template <typename T>
using JoinableQueue = gilfree::JoinableQueue<T, Processes>;

// pipe.h: one end of a pipe: send, recv, poll.
template <typename T>
using Connection = gilfree::Connection<T, Processes>;

// Both ends: auto [a, b] = mp::Pipe<T>(); or mp::Pipe<T>({.duplex = false}), receiver first.
template <typename T>
std::pair<Connection<T>, Connection<T>> Pipe(PipeOptions options = {}) {
  return gilfree::Pipe<T, Processes>(options);
}

// One end by name: mp::Pipe<T>(create_only, "readings", {.duplex = false}), mp::Pipe<T>(open_only, ...).
template <typename T>
Connection<T> Pipe(create_only_t tag, std::string_view name, PipeOptions options = {}) {
  return Connection<T>(tag, name, options);
}
template <typename T>
Connection<T> Pipe(open_only_t tag, std::string_view name) {
  return Connection<T>(tag, name);
}
template <typename T>
Connection<T> Pipe(open_or_create_t tag, std::string_view name, PipeOptions options = {}) {
  return Connection<T>(tag, name, options);
}

}  // namespace gilfree::multiprocessing
