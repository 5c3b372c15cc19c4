// AsyncResult: what a call to a Pool will give, once it has been run.
//
//   auto result = pool.apply_async(f, 20);
//   if (result.wait_for(1s)) use(result.get());
//
// Python's multiprocessing.pool.AsyncResult. Copies stand for the same call; it outlives its pool.
//
// Order       None: calls are run by whichever worker is free.
// Cost        A reference count; get copies the result, of a temporary it moves it out.
// Blocking    get and wait until the result is there, _for and _until at most that long; ready,
//             successful and cancel do not block.
// Errors      get throws what the task became instead of a result: RemoteError if it threw, WorkerLost
//             if its worker died, Cancelled, or Closed if the pool was terminated first. successful()
//             before ready(), and anything of one that was moved from: std::logic_error. A negative
//             timeout: std::invalid_argument.
// Visibility  What the task did (between threads) is seen after get or wait.
// Crash       A worker may be killed at any instruction: its call throws WorkerLost, or has its result.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/scope.h"

namespace gilfree {

namespace detail {

// The result of a whole call from the results of its items: of one, or of many in a vector.
template <typename Result>
struct Gathered {
  using Item = Result;
  static Result copy(detail::SharedResult<Item>& job) { return job.at(0); }
  static Result move(detail::SharedResult<Item>& job) { return std::move(job.at(0)); }
};
template <>
struct Gathered<void> {
  using Item = void;
  static void copy(detail::SharedResult<void>& job) {
    for (std::size_t item = 0; item < job.size(); ++item) (void)job.at(item);
  }
  static void move(detail::SharedResult<void>& job) { copy(job); }
};
template <typename Item>
struct Many {
  static std::vector<Item> copy(detail::SharedResult<Item>& job) {
    if constexpr (detail::Plain<Item>) {
      if (job.size() > 1) return job.all();
    }
    std::vector<Item> all;
    all.reserve(job.size());
    for (std::size_t item = 0; item < job.size(); ++item) all.push_back(job.at(item));
    return all;
  }
  static std::vector<Item> move(detail::SharedResult<Item>& job) {
    if constexpr (detail::Plain<Item>) {
      if (job.size() > 1) return std::move(job.all());
    }
    std::vector<Item> all;
    all.reserve(job.size());
    for (std::size_t item = 0; item < job.size(); ++item) all.push_back(std::move(job.at(item)));
    return all;
  }
};

}  // namespace detail

template <typename Result, Scope S = Processes>
class AsyncResult {
 public:
  // The result; the same each time. Of a temporary (`pool.apply_async(f).get()`) it is moved out.
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
  // Nothing (false if there is no result to give) if it was not there in time.
  auto get_for(Timeout timeout) { return get_until(timeout.deadline()); }
  auto get_until(Deadline deadline) {
    if constexpr (std::is_void_v<Result>) {
      const bool in_time = wait_until(deadline);
      if (in_time) get();
      return in_time;
    } else {
      return wait_until(deadline) ? std::optional<Result>(get()) : std::nullopt;
    }
  }

  void wait() { (void)wait_until(kNever); }
  bool wait_for(Timeout timeout) { return wait_until(timeout.deadline()); }
  bool wait_until(Deadline deadline) { return owner().wait(*job_, deadline); }

  bool ready() { return wait_until(kNow); }
  // True if get() will not throw.
  bool successful() {
    if (!ready()) {
      throw std::logic_error("gilfree::AsyncResult::successful: not ready; call wait() first");
    }
    return succeeded_(*job_);
  }

  // True if nobody has begun with it, and now nobody will.
  bool cancel() { return owner().cancel(*job_); }

 private:
  template <Scope>
  friend class Pool;

  // `How` makes a Result of what the items became.
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
