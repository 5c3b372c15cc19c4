// gilfree::multiprocessing: Python's multiprocessing, across processes.
//
//   #include "gilfree/multiprocessing.h"
//   namespace mp = gilfree::multiprocessing;
//
// A contents page: every name of this row, in the scope Processes. The headers below hold the
// contracts.
#pragma once

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

using gilfree::BrokenBarrier;
using gilfree::BrokenPipe;
using gilfree::Cancelled;
using gilfree::Closed;
using gilfree::Corrupted;
using gilfree::EndOfFile;
using gilfree::ForkServer;
using gilfree::Permit;
using gilfree::PipeOptions;
using gilfree::PoolCallbacks;
using gilfree::PoolOptions;
using gilfree::Process;
using gilfree::ProcessHandle;
using gilfree::ProcessOptions;
using gilfree::RemoteError;
using gilfree::Sentinel;
using gilfree::TimeoutError;
using gilfree::WorkerLost;

using gilfree::active_children;
using gilfree::cpu_count;
using gilfree::current_process;
using gilfree::parent_process;

using gilfree::create_only;
using gilfree::open_only;
using gilfree::open_or_create;
using gilfree::remove;

using gilfree::wait;

using Lock = gilfree::Lock<Processes>;
using RLock = gilfree::RLock<Processes>;
using Semaphore = gilfree::Semaphore<Processes>;
using BoundedSemaphore = gilfree::BoundedSemaphore<Processes>;
using Event = gilfree::Event<Processes>;
using Condition = gilfree::Condition<Processes>;
using Barrier = gilfree::Barrier<Processes>;

using Pool = gilfree::Pool<Processes>;

template <typename Result>
using AsyncResult = gilfree::AsyncResult<Result, Processes>;

template <typename Result>
using PoolResults = gilfree::PoolResults<Result, Processes>;

template <typename T>
using Value = gilfree::Value<T, Processes>;

template <typename T>
using Array = gilfree::Array<T, Processes>;

template <typename T>
using Queue = gilfree::Queue<T, Processes>;

template <typename T>
using LifoQueue = gilfree::LifoQueue<T, Processes>;

template <typename T, typename Compare = std::less<T>>
using PriorityQueue = gilfree::PriorityQueue<T, Compare, Processes>;

template <typename T>
using JoinableQueue = gilfree::JoinableQueue<T, Processes>;

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
