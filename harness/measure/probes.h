// Probes: small measurements of the machine itself, for `bench-all noise`. Each batch is one number, as a launch
// gives one: the mean time of an operation.
//
//   Probes probes;
//   probes.compute();      // a fixed piece of computation, in ns
//   probes.cache_line();   // a cache line from one core to another, one way
//   probes.wake_up();      // a thread that sleeps in a read from a pipe, until it runs
//
// A batch takes about 15 ms.
#pragma once

#include <optional>
#include <thread>

namespace harness {

class Probes {
 public:
  // Throws std::runtime_error if no pipe or thread can be had.
  Probes();
  // Ends its thread.
  ~Probes();
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  double compute() const;
  // Nothing on one CPU, or where the two threads do not get to run at the same time.
  std::optional<double> cache_line() const;
  double wake_up() const;

 private:
  void close_all();

  int asking_on_ = -1;                            // the CPU of the thread that wakes
  int there_[2] = {-1, -1}, back_[2] = {-1, -1};  // pipes
  std::thread answering_;
};

}  // namespace harness
