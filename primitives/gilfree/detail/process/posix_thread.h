// PosixThread: the thread of the kernel and the C library behind a Thread, joined or detached exactly once.
//
// Any number may join it, and it may be let go of meanwhile; the C library allows one. So one of them claims it:
//
//   | state         | meaning                                    | next                                              |
//   | kNotJoinable  | not ours, not made yet, or detached        | kJoinable, by start()                             |
//   | kJoinable     | nothing waits for it                       | kClaimed; kNotJoinable if it is let go of         |
//   | kClaimed      | one thread waits in pthread_join           | kJoined; kJoinable if that gives up; kUnwanted    |
//   | kUnwanted     | the same, and it was let go of             | kJoined; kNotJoinable if that gives up            |
//   | kJoined       | it has ended, thread_local objects and all |                                                   |
//
// No lock is held while one waits: the thread that is waited for may let go of itself (a Timer whose function
// destroys it), and a timed join beside another is in time.
#pragma once

#include <pthread.h>

#include <atomic>

#include "gilfree/deadline.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class PosixThread {
 public:
  enum class Joined {
    kEnded,
    kTooLate,
    kCannot,  // it is not joinable, or waits for the caller: the thread's own word for its end counts
  };

  // Before anything else may see the thread: it will be made, or was not.
  void expect() { state_.store(State::kJoinable, std::memory_order_relaxed); }
  // Also in a forked child, which has no other thread: it cannot be joined there.
  void forget() { state_.store(State::kNotJoinable, std::memory_order_relaxed); }

  // By the thread itself and by what has made it, before either says that it has begun.
  void set_handle(pthread_t handle) { handle_.store(handle, std::memory_order_release); }
  // 0 before.
  pthread_t handle() const { return handle_.load(std::memory_order_acquire); }

  // Waits for the end, that of thread_local objects included.
  Joined join(Deadline deadline);
  // Makes the C library forget it as soon as it has ended.
  void let_go();

 private:
  enum class State { kNotJoinable, kJoinable, kClaimed, kUnwanted, kJoined };
  class Claim;

  static bool is_claimed(State state) {
    return state == State::kClaimed || state == State::kUnwanted;
  }
  // False if the deadline came first.
  bool await_unclaimed(Deadline deadline);
  // 0, or the C library's reason.
  int wait(Deadline deadline) const;

  std::atomic<pthread_t> handle_{0};
  std::atomic<State> state_{State::kNotJoinable};
  EventCount<Threads> unclaimed_;
};

}  // namespace gilfree::detail
