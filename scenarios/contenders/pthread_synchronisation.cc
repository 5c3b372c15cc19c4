// glibc's mutexes, condition variables and barriers: private to a process, or process-shared.
#include <pthread.h>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

inline void check(int error, const char* call) {
  if (error != 0) [[unlikely]]
    broken(call, error);
}

constexpr int pthread_sharing(WorkerKind kind) {
  return kind == WorkerKind::kThreads ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
}

template <WorkerKind K, bool kRobust = false>
class PthreadMutex {
 public:
  static constexpr Facts kFacts{.name = kRobust                     ? "pthread_robust"
                                        : K == WorkerKind::kThreads ? "pthread_mutex"
                                                                    : "pthread_mutex_pshared",
                                .label = kRobust                     ? "pthread mutex, robust"
                                         : K == WorkerKind::kThreads ? "pthread mutex"
                                                                     : "pthread mutex, shared",
                                .family = "pthread",
                                .primitive = "lock",
                                .wait = "block"};

  PthreadMutex() {
    pthread_mutexattr_t kind;
    check(::pthread_mutexattr_init(&kind), "pthread_mutexattr_init");
    check(::pthread_mutexattr_setpshared(&kind, pthread_sharing(K)),
          "pthread_mutexattr_setpshared");
    if (kRobust) {
      check(::pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST),
            "pthread_mutexattr_setrobust");
    }
    check(::pthread_mutex_init(&mutex_, &kind), "pthread_mutex_init");
    ::pthread_mutexattr_destroy(&kind);
  }
  ~PthreadMutex() { ::pthread_mutex_destroy(&mutex_); }
  PthreadMutex(const PthreadMutex&) = delete;
  PthreadMutex& operator=(const PthreadMutex&) = delete;

  void lock() { check(::pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { check(::pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }
  pthread_mutex_t* handle() { return &mutex_; }

 private:
  pthread_mutex_t mutex_;
};

template <WorkerKind K>
class PthreadCondition {
 public:
  static constexpr Facts kFacts{
      .name = K == WorkerKind::kThreads ? "pthread_cond" : "pthread_cond_pshared",
      .label = K == WorkerKind::kThreads ? "pthread condition" : "pthread condition, shared",
      .family = "pthread",
      .primitive = "condition",
      .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;

  PthreadCondition() {
    pthread_condattr_t kind;
    check(::pthread_condattr_init(&kind), "pthread_condattr_init");
    check(::pthread_condattr_setpshared(&kind, pthread_sharing(K)), "pthread_condattr_setpshared");
    check(::pthread_cond_init(&condition_, &kind), "pthread_cond_init");
    ::pthread_condattr_destroy(&kind);
  }
  ~PthreadCondition() { ::pthread_cond_destroy(&condition_); }
  PthreadCondition(const PthreadCondition&) = delete;
  PthreadCondition& operator=(const PthreadCondition&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void wait() { check(::pthread_cond_wait(&condition_, mutex_.handle()), "pthread_cond_wait"); }
  void notify_one() { check(::pthread_cond_signal(&condition_), "pthread_cond_signal"); }
  void notify_all() { check(::pthread_cond_broadcast(&condition_), "pthread_cond_broadcast"); }

 private:
  PthreadMutex<K> mutex_;
  pthread_cond_t condition_;
};

template <WorkerKind K>
class PthreadBarrier {
 public:
  static constexpr Facts kFacts{
      .name = K == WorkerKind::kThreads ? "pthread_barrier" : "pthread_barrier_pshared",
      .label = K == WorkerKind::kThreads ? "pthread barrier" : "pthread barrier, shared",
      .family = "pthread",
      .primitive = "barrier",
      .wait = "block"};

  explicit PthreadBarrier(int parties) {
    pthread_barrierattr_t kind;
    check(::pthread_barrierattr_init(&kind), "pthread_barrierattr_init");
    check(::pthread_barrierattr_setpshared(&kind, pthread_sharing(K)),
          "pthread_barrierattr_setpshared");
    check(::pthread_barrier_init(&barrier_, &kind, static_cast<unsigned>(parties)),
          "pthread_barrier_init");
    ::pthread_barrierattr_destroy(&kind);
  }
  ~PthreadBarrier() { ::pthread_barrier_destroy(&barrier_); }
  PthreadBarrier(const PthreadBarrier&) = delete;
  PthreadBarrier& operator=(const PthreadBarrier&) = delete;

  void wait() {
    const int outcome = ::pthread_barrier_wait(&barrier_);
    if (outcome != PTHREAD_BARRIER_SERIAL_THREAD) check(outcome, "pthread_barrier_wait");
  }

 private:
  pthread_barrier_t barrier_;
};

template <WorkerKind K>
Registration add_all() {
  add_lock<PthreadMutex<K>, K>();
  add_lock_operation<PthreadMutex<K>, K>();
  add_condition<PthreadCondition<K>, K>();
  add_condition_operation<PthreadCondition<K>, K>();
  add_barrier<PthreadBarrier<K>, K>();
  return add_barrier_operation<PthreadBarrier<K>, K>();
}

using RobustMutex = PthreadMutex<WorkerKind::kProcesses, true>;

const Registration registered[] = {
    add_all<WorkerKind::kThreads>(),
    add_all<WorkerKind::kProcesses>(),
    add_lock<RobustMutex, WorkerKind::kProcesses>(),
    add_lock_operation<RobustMutex, WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
