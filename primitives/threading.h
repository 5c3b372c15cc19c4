// gilfree::threading: Python's threading and queue, between threads.
//
//   #include "primitives/threading.h"
//   namespace th = gilfree::threading;
//
// A contents page: every name of this row, in the scope Threads. The headers below hold the
// contracts.
#pragma once

#include "primitives/errors.h"
#include "primitives/pipe.h"
#include "primitives/queue.h"
#include "primitives/thread.h"
#include "primitives/timer.h"

namespace gilfree::threading {

using gilfree::BrokenPipe;
using gilfree::Closed;
using gilfree::EndOfFile;
using gilfree::PipeOptions;
using gilfree::Thread;
using gilfree::ThreadHandle;
using gilfree::ThreadOptions;
using gilfree::Timer;

using gilfree::active_count;
using gilfree::current_thread;
using gilfree::enumerate;
using gilfree::main_thread;
using gilfree::start_new_thread;

template <typename T>
using Queue = gilfree::Queue<T, Threads>;

template <typename T>
using Connection = gilfree::Connection<T, Threads>;

// Both ends: auto [a, b] = th::Pipe<T>(); or th::Pipe<T>({.duplex = false}), receiver first.
template <typename T>
std::pair<Connection<T>, Connection<T>> Pipe(PipeOptions options = {}) {
  return gilfree::Pipe<T, Threads>(options);
}

}  // namespace gilfree::threading
