// What primitives throw. An expected outcome (full, empty, too late) is a return value, not one of
// these; a caller's mistake is a std::logic_error or a std::system_error. Every message names the function
// and the remedy.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace gilfree {

// The flow has been ended: a Queue or a Pool that somebody closed, an end of a Pipe closed here.
class Closed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nothing is left in a Pipe and nobody holds its other end any more. Python's EOFError.
class EndOfFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nobody holds the other end of a Pipe any more: what is sent could never be received.
class BrokenPipe : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A party of a Barrier died, gave up, or called abort() or reset().
class BrokenBarrier : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A named object that is damaged or not what its name promised (named.h), or an item that is not of its type (archive_codec.h).
class Corrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a task of a process pool threw, as text: the exception itself stays in the worker.
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

// The process that had taken the work died, and what it was at is lost with it.
class WorkerLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Too late, where a value could not say so: PoolResults::next_for. Python's TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task that was cancelled before anybody began it.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gilfree
