// The exceptions of the primitives. An expected outcome (full, empty, too late) is a return value, not an
// exception; a mistake of the caller is a std::logic_error or std::system_error. Each message names the
// function and the remedy.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace gilfree {

// A Queue or a Pool was closed, or this end of a Pipe was.
class Closed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nothing is left in a Pipe and each holder of its other end has closed it or died. Python's EOFError.
class EndOfFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each holder of a Pipe's other end has closed it or died: a message could never be received.
class BrokenPipe : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A party of a Barrier died, timed out, or called abort() or reset().
class BrokenBarrier : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A named object is damaged, or is not of the expected type (named.h); or an item is not (archive_codec.h).
class Corrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task of a process pool threw: the type and text of its exception, which itself stays in the worker.
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

// The process that had taken the work died, and the work is lost.
class WorkerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A call timed out whose return value cannot say so: PoolResults::next_for. Python's TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task was cancelled before a worker began it.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gilfree
