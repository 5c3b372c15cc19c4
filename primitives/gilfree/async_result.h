// AsyncResult: the result of a call to a Pool, once a worker has run it.
//
//   auto result = pool.apply_async(f, 20);
//   if (result.wait_for(1s)) use(result.get());
//   if (!result.ready() && result.cancel()) count_as_dropped();
//
// Python's multiprocessing.pool.AsyncResult. Copies refer to the same call, and
// may outlive the pool.
//
// Order       None: calls are run by any worker that is free.
// Cost        A reference count. get copies the result; of a temporary it moves it out. A result with a Codec of
//             your own is decoded by the first thread that gets it, or asks whether it was successful.
// Blocking    get and wait until the result is there, _for and _until at most that long. ready and
//             successful never wait. cancel waits at most 20 ms for a worker process that is taking a call:
//             where that one was stopped there, it cancels nothing.
// Errors      get throws what the task became instead of a result: RemoteError if it threw, WorkerLost
//             if its worker died, Cancelled, or Closed if the pool was terminated first. successful()
//             before ready(), and anything of one that was moved from: std::logic_error. A negative
//             timeout: std::invalid_argument.
// Visibility  What the task did (between threads) is seen after get or wait.
// Crash       A worker may be killed at any instruction: its call throws WorkerLost, or has its result.
#pragma once

#include "gilfree/version.h"

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/gathered.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/scope.h"

namespace gilfree {

// Several threads may wait for the same call, each by a copy.
template <typename Result, Scope S = Processes>
class AsyncResult {
 public:
  // Waits for the result and returns it, the same each time. Of a temporary, as in
  // `pool.apply_async(f).get()`, it is moved out, and so is a result that cannot be copied: get that
  // once. Throws what the call became instead of a result.
  Result get() & {
    wait();
    if constexpr (std::is_void_v<Result> || std::copy_constructible<Result>) {
      return copy_(*job_);
    } else {
      return move_(*job_);
    }
  }
  Result get() && {
    wait();
    return move_(*job_);
  }
  // Waits at most that long. Returns nullopt if the call was not done in time; for a call without a
  // result, false.
  auto get_for(Timeout timeout) { return get_until(timeout.deadline()); }
  auto get_until(Deadline deadline) {
    if constexpr (std::is_void_v<Result>) {
      const bool in_time = wait_until(deadline);
      if (in_time) get();
      return in_time;
    } else {
      const bool in_time = wait_until(deadline) && job_->decode_until(deadline);
      return in_time ? std::optional<Result>(get()) : std::nullopt;
    }
  }

  // Waits until the call is done, however it ended. The timed forms return false if that takes longer.
  void wait() { (void)wait_until(kNever); }
  bool wait_for(Timeout timeout) { return wait_until(timeout.deadline()); }
  bool wait_until(Deadline deadline) { return owner().wait(*job_, deadline); }

  // Returns true once the call is done, however it ended.
  bool ready() { return wait_until(kNow); }
  // Returns true if get() will not throw. Throws std::logic_error if the call is not done.
  bool successful() {
    if (!ready()) {
      throw std::logic_error("gilfree::AsyncResult::successful: not ready; call wait() first");
    }
    return succeeded_(*job_);
  }

  // Cancels the call if no worker has begun it, and returns whether it did. get() throws Cancelled then.
  bool cancel() { return owner().cancel(*job_); }

 private:
  template <Scope>
  friend class Pool;

  // Makes the result of a call that consists of the items of `job`. `How` (detail/pool/gathered.h) makes
  // one Result of them; the three functions below remember it, as Item is no part of this type.
  template <typename How, typename Item>
  static AsyncResult of(std::shared_ptr<detail::SharedResult<Item>> job,
                        std::shared_ptr<detail::ResultOwner> owner) {
    using Items = detail::SharedResult<Item>;
    AsyncResult result;
    result.owner_ = std::move(owner);
    result.job_ = std::move(job);
    if constexpr (std::is_void_v<Result> || std::copy_constructible<Result>) {
      result.copy_ = [](detail::AnySharedResult& any) {
        return How::copy(static_cast<Items&>(any));
      };
    }
    result.move_ = [](detail::AnySharedResult& any) { return How::move(static_cast<Items&>(any)); };
    result.succeeded_ = [](detail::AnySharedResult& any) {
      return static_cast<Items&>(any).succeeded();
    };
    return result;
  }
  AsyncResult() = default;

  detail::ResultOwner& owner() const {
    if (owner_) return *owner_;
    throw std::logic_error("gilfree::AsyncResult: it was moved from; ask the one that has it now");
  }

  std::shared_ptr<detail::ResultOwner> owner_;
  std::shared_ptr<detail::AnySharedResult> job_;
  Result (*copy_)(detail::AnySharedResult&) = nullptr;
  Result (*move_)(detail::AnySharedResult&) = nullptr;
  bool (*succeeded_)(detail::AnySharedResult&) = nullptr;
};

}  // namespace gilfree
