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

namespace gilfree::threading {

using gilfree::BrokenPipe;
using gilfree::Closed;
using gilfree::EndOfFile;
using gilfree::PipeOptions;

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
