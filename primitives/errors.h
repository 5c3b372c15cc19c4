// What primitives throw. An expected outcome (full, empty, too late) is a return value, not one of
// these; a caller's mistake is a std::logic_error or a std::system_error. Every message names the function and the remedy.
#pragma once

#include <stdexcept>

namespace gilfree {

// The other side has ended the flow: Queue, Pool.
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

// A named object that is damaged or not what its name promised (core/segment.h).
class Corrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gilfree
