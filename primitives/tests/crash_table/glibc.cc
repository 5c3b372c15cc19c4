// pthread and POSIX in the table of survivors.
#include <gnu/libc-version.h>
#include <pthread.h>
#include <semaphore.h>

#include <cerrno>
#include <utility>

#include "gilfree/detail/memory/state_memory.h"
#include "primitives/tests/crash_table/table.h"

namespace gilfree::testing {
namespace {

// Whatever it is made of, in memory that a fork shares.
template <typename State>
class InShared {
 public:
  static constexpr int kPatienceMs = 150;

 protected:
  InShared() : state_memory_(0) {}
  State& state() const { return *state_memory_; }

 private:
  detail::StateMemory<State, Processes> state_memory_;
};

void make(pthread_mutex_t& mutex, bool is_robust) {
  pthread_mutexattr_t how;
  ::pthread_mutexattr_init(&how);
  ::pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
  if (is_robust) ::pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutex_init(&mutex, &how);
}
// True if the owner died.
bool is_notified(int error, pthread_mutex_t& mutex) {
  if (error == EOWNERDEAD) ::pthread_mutex_consistent(&mutex);
  return error == EOWNERDEAD;
}

struct MutexState {
  pthread_mutex_t mutex;
};
template <bool kRobust>
struct Mutex : InShared<MutexState> {
  Mutex() { make(state().mutex, kRobust); }
  bool lock() { return is_notified(::pthread_mutex_lock(&state().mutex), state().mutex); }
  bool try_lock() {
    const int error = ::pthread_mutex_trylock(&state().mutex);
    return error == 0 || is_notified(error, state().mutex);
  }
  void unlock() { ::pthread_mutex_unlock(&state().mutex); }
};

struct SemaphoreState {
  sem_t semaphore;
};
struct PosixSemaphore : InShared<SemaphoreState> {
  PosixSemaphore() { ::sem_init(&state().semaphore, 1, 1); }
  void acquire() {
    while (::sem_wait(&state().semaphore) != 0) continue;
  }
  void release() { ::sem_post(&state().semaphore); }
};

struct ConditionState {
  pthread_mutex_t mutex;
  pthread_cond_t condition;
  bool is_set;
};
// With a robust mutex. As an event: with a flag, as in a loop around pthread_cond_wait.
template <bool kIsEvent>
struct Signal : InShared<ConditionState> {
  Signal() {
    make(state().mutex, true);
    pthread_condattr_t how;
    ::pthread_condattr_init(&how);
    ::pthread_condattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    ::pthread_cond_init(&state().condition, &how);
  }
  bool lock() { return is_notified(::pthread_mutex_lock(&state().mutex), state().mutex); }
  bool wait() {
    auto& [mutex, condition, is_set] = state();
    bool reported = lock();
    bool waited = false;
    while (kIsEvent ? !is_set : !std::exchange(waited, true)) {
      reported = is_notified(::pthread_cond_wait(&condition, &mutex), mutex) || reported;
    }
    ::pthread_mutex_unlock(&mutex);
    return reported;
  }
  void notify() {
    lock();
    state().is_set = true;
    kIsEvent ? ::pthread_cond_broadcast(&state().condition)
             : ::pthread_cond_signal(&state().condition);
    ::pthread_mutex_unlock(&state().mutex);
  }
  void notify_all() {
    lock();
    state().is_set = true;
    ::pthread_cond_broadcast(&state().condition);
    ::pthread_mutex_unlock(&state().mutex);
  }
};
using CondEvent = Signal<true>;
using Cond = Signal<false>;

struct BarrierState {
  pthread_barrier_t barrier;
};
struct PthreadBarrier : InShared<BarrierState> {
  PthreadBarrier() {
    pthread_barrierattr_t how;
    ::pthread_barrierattr_init(&how);
    ::pthread_barrierattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    ::pthread_barrier_init(&state().barrier, &how, 3);
  }
  bool wait() {
    ::pthread_barrier_wait(&state().barrier);
    return false;
  }
};

}  // namespace

std::vector<Case> glibc_cases() {
  const std::string us = std::string("glibc ") + ::gnu_get_libc_version();
  const std::string event = "flag, cond, robust mutex", condition = "cond, robust mutex";
  return {{"lock", us, "mutex", "lock and unlock", lock_and_unlock<Mutex<false>>()},
          {"lock", us, "mutex", "lock, woken and barged past",
           woken_and_barged_past<Mutex<false>>(), How::kFrozen},
          {"lock", us, "robust mutex", "lock and unlock", lock_and_unlock<Mutex<true>>()},
          {"lock", us, "robust mutex", "lock, woken and barged past",
           woken_and_barged_past<Mutex<true>>(), How::kFrozen},
          {"semaphore", us, "sem_t", "acquire and release", acquire_and_release<PosixSemaphore>()},
          {"event", us, event, "set, one waits", notify_a_waiter<CondEvent>()},
          {"event", us, event, "wait, asleep", wait_too<CondEvent>(), How::kAsleep},
          {"condition", us, condition, "notify, one waits", notify_a_waiter<Cond>()},
          {"condition", us, condition, "wait, until it sleeps", wait_too<Cond>()},
          {"condition", us, condition, "wait, asleep", wait_too<Cond>(), How::kAsleep},
          {"barrier", us, "barrier", "wait, as the last", come<PthreadBarrier>(2, 1)},
          {"barrier", us, "barrier", "wait, as the first, asleep", come<PthreadBarrier>(0, 2),
           How::kAsleep}};
}

}  // namespace gilfree::testing
