// gilfree::threading: Python's threading and queue, between threads.
//
//   #include "gilfree/threading.h"
//   namespace th = gilfree::threading;
//
// A contents page: every name of this row, in the scope Threads. The headers below hold the
// contracts.
#pragma once

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

using gilfree::BrokenBarrier;
using gilfree::BrokenPipe;
using gilfree::Cancelled;
using gilfree::Closed;
using gilfree::Corrupted;
using gilfree::EndOfFile;
using gilfree::Permit;
using gilfree::PipeOptions;
using gilfree::PoolCallbacks;
using gilfree::PoolOptions;
using gilfree::RemoteError;
using gilfree::Thread;
using gilfree::ThreadHandle;
using gilfree::ThreadOptions;
using gilfree::TimeoutError;
using gilfree::Timer;
using gilfree::WorkerLost;

using gilfree::active_count;
using gilfree::current_thread;
using gilfree::enumerate;
using gilfree::main_thread;
using gilfree::start_new_thread;
using gilfree::wait;

using Lock = gilfree::Lock<Threads>;
using RLock = gilfree::RLock<Threads>;
using Semaphore = gilfree::Semaphore<Threads>;
using BoundedSemaphore = gilfree::BoundedSemaphore<Threads>;
using Event = gilfree::Event<Threads>;
using Condition = gilfree::Condition<Threads>;
using Barrier = gilfree::Barrier<Threads>;

using Pool = gilfree::Pool<Threads>;

template <typename Result>
using AsyncResult = gilfree::AsyncResult<Result, Threads>;

template <typename Result>
using PoolResults = gilfree::PoolResults<Result, Threads>;

template <typename T>
using Value = gilfree::Value<T, Threads>;

template <typename T>
using Array = gilfree::Array<T, Threads>;

template <typename T>
using Queue = gilfree::Queue<T, Threads>;

template <typename T>
using LifoQueue = gilfree::LifoQueue<T, Threads>;

template <typename T, typename Compare = std::less<T>>
using PriorityQueue = gilfree::PriorityQueue<T, Compare, Threads>;

template <typename T>
using JoinableQueue = gilfree::JoinableQueue<T, Threads>;

template <typename T>
using SimpleQueue = gilfree::SimpleQueue<T>;

template <typename T>
using Connection = gilfree::Connection<T, Threads>;

// Both ends: auto [a, b] = th::Pipe<T>(); or th::Pipe<T>({.duplex = false}), receiver first.
template <typename T>
std::pair<Connection<T>, Connection<T>> Pipe(PipeOptions options = {}) {
  return gilfree::Pipe<T, Threads>(options);
}

}  // namespace gilfree::threading
