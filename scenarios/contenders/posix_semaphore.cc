// POSIX sem_t, and the lock that one with a single permit is.
#include <semaphore.h>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

template <WorkerKind K>
class PosixSemaphore {
 public:
  static constexpr Facts kFacts{.name = "posix_sem",
                                .label = "POSIX sem_t",
                                .family = "posix",
                                .primitive = "semaphore",
                                .wait = "block"};

  explicit PosixSemaphore(int permits) {
    const int across_processes = K == WorkerKind::kProcesses ? 1 : 0;
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

template <WorkerKind K>
class PosixSemaphoreLock {
 public:
  static constexpr Facts kFacts = PosixSemaphore<K>::kFacts;
  void lock() { semaphore_.acquire(); }
  void unlock() { semaphore_.release(); }

 private:
  PosixSemaphore<K> semaphore_{1};
};

template <WorkerKind K>
Registration add_all(const std::string& name) {
  add_lock<PosixSemaphoreLock<K>, K>();
  add_semaphore<PosixSemaphore<K>, K>();
  add_semaphore_operation<PosixSemaphore<K>, K>(name);
  return add_release<PosixSemaphore<K>, K>();
}

const Registration registered[] = {
    add_all<WorkerKind::kThreads>("posix_sem"),
    add_all<WorkerKind::kProcesses>("posix_sem_pshared"),
};

}  // namespace
}  // namespace scenarios
