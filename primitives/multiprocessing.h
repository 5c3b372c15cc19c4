// gilfree::multiprocessing: Python's multiprocessing, across processes.
//
//   #include "primitives/multiprocessing.h"
//   namespace mp = gilfree::multiprocessing;
//
// A contents page: every name of this row, in the scope Processes. The headers below hold the
// contracts.
#pragma once

#include "primitives/errors.h"
#include "primitives/pipe.h"
#include "primitives/process.h"
#include "primitives/queue.h"

namespace gilfree::multiprocessing {

using gilfree::BrokenPipe;
using gilfree::Closed;
using gilfree::EndOfFile;
using gilfree::PipeOptions;
using gilfree::Process;
using gilfree::ProcessOptions;

template <typename T>
using Queue = gilfree::Queue<T, Processes>;

template <typename T>
using Connection = gilfree::Connection<T, Processes>;

// Both ends: auto [a, b] = mp::Pipe<T>(); or mp::Pipe<T>({.duplex = false}), receiver first.
template <typename T>
std::pair<Connection<T>, Connection<T>> Pipe(PipeOptions options = {}) {
  return gilfree::Pipe<T, Processes>(options);
}

}  // namespace gilfree::multiprocessing
