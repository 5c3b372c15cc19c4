// What primitives throw. An expected outcome (full, empty, too late) is a return value, not one of
// these. Every message names the function and the remedy.
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

}  // namespace gilfree
