// The exceptions of the primitives; each is a std::runtime_error. An expected outcome (full, empty, too
// late) is a return value, not an exception; a mistake of the caller is a std::logic_error or a
// std::system_error. Each message names the function and the remedy.
#pragma once

#include "gilfree/version.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace gilfree {

// A Queue or a Pool was closed, or this end of a Pipe was. From put() at once, from get() once the queue
// is drained. Python has it as queue.ShutDown and ValueError("... is closed").
class Closed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nothing is left in a Pipe and each holder of its other end has closed it or died. Python's EOFError.
// All that was sent before has been received.
class EndOfFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each holder of a Pipe's other end has closed it or died: a message could never be received.
// Python's BrokenPipeError.
class BrokenPipe : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A party of a Barrier died, timed out, or called abort() or reset(). Python's
// BrokenBarrierError.
class BrokenBarrier : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A named object is damaged, or is not of the expected type (named.h); or an item is not (archive_codec.h).
// Remove the name and make the object anew.
class Corrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task of a process pool threw: the type and text of its exception, which itself stays in the worker.
// Between threads the exception itself is thrown.
class RemoteError : public std::runtime_error {
 public:
  RemoteError(std::string type, std::string text)
      : std::runtime_error(text.empty() ? type : type + ": " + text),
        type_(std::move(type)),
        text_(std::move(text)) {}
  // As in the source: "std::out_of_range"; and its what().
  const std::string& type() const { return type_; }
  const std::string& text() const { return text_; }

 private:
  std::string type_, text_;
};

// The process that had taken the work died, and the work is lost: a call of a Pool, an item of a
// JoinableQueue, a start by a ForkServer. Do the work again if it must be done.
class WorkerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A call timed out whose return value cannot say so: PoolResults::next_for. Python's TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task was cancelled before a worker began it (AsyncResult::cancel).
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gilfree
