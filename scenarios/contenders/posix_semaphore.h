// POSIX sem_t, and the lock that one with a single permit is.
#pragma once

#include <semaphore.h>

#include "scenarios/contenders/synchronisation.h"

namespace scenarios {

template <Scope S>
class PosixSemaphore {
 public:
  static constexpr Facts kFacts{.name = "posix_sem", .primitive = "semaphore", .wait = "block"};

  explicit PosixSemaphore(int permits) {
    const int across_processes = S == Scope::kProcesses ? 1 : 0;
    if (::sem_init(&semaphore_, across_processes, static_cast<unsigned>(permits)) != 0) {
      cannot("sem_init");
    }
  }
  ~PosixSemaphore() { ::sem_destroy(&semaphore_); }
  PosixSemaphore(const PosixSemaphore&) = delete;
  PosixSemaphore& operator=(const PosixSemaphore&) = delete;

  void acquire() {
    while (::sem_wait(&semaphore_) != 0) {
      if (errno != EINTR) broken("sem_wait");
    }
  }
  void release() {
    if (::sem_post(&semaphore_) != 0) broken("sem_post");
  }

 private:
  sem_t semaphore_;
};

template <Scope S>
class PosixSemaphoreLock {
 public:
  static constexpr Facts kFacts = PosixSemaphore<S>::kFacts;
  void lock() { semaphore_.acquire(); }
  void unlock() { semaphore_.release(); }

 private:
  PosixSemaphore<S> semaphore_{1};
};

}  // namespace scenarios
