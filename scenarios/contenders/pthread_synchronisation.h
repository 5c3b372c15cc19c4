// glibc's mutexes, condition variables and barriers: private to a process, or process-shared.
#pragma once

#include <pthread.h>

#include "scenarios/contenders/synchronisation.h"

namespace scenarios {

inline void check(int error, const char* call) {
  if (error != 0) [[unlikely]]
    broken(call, error);
}

constexpr int pthread_sharing(Scope scope) {
  return scope == Scope::kThreads ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
}

template <Scope S, bool kRobust = false>
class PthreadMutex {
 public:
  static constexpr Facts kFacts{.name = kRobust                ? "pthread_robust"
                                        : S == Scope::kThreads ? "pthread_mutex"
                                                               : "pthread_mutex_pshared",
                                .primitive = "lock",
                                .wait = "block"};

  PthreadMutex() {
    pthread_mutexattr_t kind;
    check(::pthread_mutexattr_init(&kind), "pthread_mutexattr_init");
    check(::pthread_mutexattr_setpshared(&kind, pthread_sharing(S)),
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

template <Scope S>
class PthreadCondition {
 public:
  static constexpr Facts kFacts{
      .name = S == Scope::kThreads ? "pthread_cond" : "pthread_cond_pshared",
      .primitive = "condition",
      .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;

  PthreadCondition() {
    pthread_condattr_t kind;
    check(::pthread_condattr_init(&kind), "pthread_condattr_init");
    check(::pthread_condattr_setpshared(&kind, pthread_sharing(S)), "pthread_condattr_setpshared");
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
  PthreadMutex<S> mutex_;
  pthread_cond_t condition_;
};

template <Scope S>
class PthreadBarrier {
 public:
  static constexpr Facts kFacts{
      .name = S == Scope::kThreads ? "pthread_barrier" : "pthread_barrier_pshared",
      .primitive = "barrier",
      .wait = "block"};

  explicit PthreadBarrier(int parties) {
    pthread_barrierattr_t kind;
    check(::pthread_barrierattr_init(&kind), "pthread_barrierattr_init");
    check(::pthread_barrierattr_setpshared(&kind, pthread_sharing(S)),
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

}  // namespace scenarios
