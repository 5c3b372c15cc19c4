#include "gilfree/detail/process/posix_thread.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace gilfree::detail {
namespace {

// What is left of the seconds and nanoseconds of one moment.
timespec to_timespec(std::chrono::nanoseconds since_epoch) {
  using std::chrono::nanoseconds, std::chrono::seconds;
  const auto since = std::max(since_epoch, nanoseconds::zero());
  const auto whole = std::chrono::duration_cast<seconds>(since);
  return {.tv_sec = whole.count(), .tv_nsec = (since - whole).count()};
}

int join_until(pthread_t thread, Deadline deadline) {
#if defined(__SANITIZE_THREAD__)
  // ThreadSanitizer does not know pthread_clockjoin_np.
  const auto left = std::max(deadline, Clock::now()) - Clock::now();
  const auto end = to_timespec(std::chrono::system_clock::now().time_since_epoch() + left);
  return ::pthread_timedjoin_np(thread, nullptr, &end);
#else
  const auto end = to_timespec(deadline.time_since_epoch());
  return ::pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &end);
#endif
}

}  // namespace

// The right to wait for it. A join may be cancelled, so it is given back by a destructor.
class PosixThread::Claim {
 public:
  explicit Claim(PosixThread& thread) : thread_(thread) {}
  ~Claim() {
    auto claimed = State::kClaimed;
    if (!thread_.state_.compare_exchange_strong(claimed, next_, std::memory_order_release)) {
      const bool has_to_detach = next_ == State::kJoinable;  // it was let go of meanwhile
      if (has_to_detach) ::pthread_detach(thread_.handle());
      thread_.state_.store(has_to_detach ? State::kNotJoinable : next_, std::memory_order_release);
    }
    thread_.unclaimed_.notify_one();
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  Joined join(Deadline deadline) {
    switch (thread_.wait(deadline)) {
      case 0:
        next_ = State::kJoined;
        return Joined::kEnded;
      case ETIMEDOUT:
        return Joined::kTooLate;
      case EDEADLK:  // it joins this thread, or is this thread at its very end
        return Joined::kCannot;
      default:  // other code has joined or detached it
        next_ = State::kNotJoinable;
        return Joined::kCannot;
    }
  }

 private:
  PosixThread& thread_;
  State next_ = State::kJoinable;
};

PosixThread::Joined PosixThread::join(Deadline deadline) {
  auto state = state_.load(std::memory_order_acquire);
  while (state != State::kJoined && state != State::kNotJoinable) {
    if (is_claimed(state)) {
      // In a destructor of a thread_local variable: the other one waits for this thread itself.
      if (::pthread_equal(handle(), ::pthread_self()) != 0) return Joined::kCannot;
      if (!await_unclaimed(deadline)) return Joined::kTooLate;
      state = state_.load(std::memory_order_acquire);
    } else if (state_.compare_exchange_strong(state, State::kClaimed, std::memory_order_acquire)) {
      return Claim(*this).join(deadline);
    }
  }
  return state == State::kJoined ? Joined::kEnded : Joined::kCannot;
}

void PosixThread::let_go() {
  auto state = state_.load(std::memory_order_acquire);
  while (state == State::kJoinable || state == State::kClaimed) {
    const bool is_free = state == State::kJoinable;
    const auto next = is_free ? State::kNotJoinable : State::kUnwanted;
    if (!state_.compare_exchange_strong(state, next, std::memory_order_acq_rel)) continue;
    if (is_free) ::pthread_detach(handle());
    return;
  }
}

bool PosixThread::await_unclaimed(Deadline deadline) {
  const auto is_free = [&] { return !is_claimed(state_.load(std::memory_order_acquire)); };
  const bool in_time = unclaimed_.wait(deadline, kNoCpu, is_free) != Waited::kTooLate;
  unclaimed_.notify_one();  // each notification wakes one waiter
  return in_time;
}

int PosixThread::wait(Deadline deadline) const {
  return deadline == kNever ? ::pthread_join(handle(), nullptr) : join_until(handle(), deadline);
}

}  // namespace gilfree::detail
