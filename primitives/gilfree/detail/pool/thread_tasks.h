// A call in a thread of this process: the task and what becomes of it in one piece.
//
//   auto job = post_call<int>(pool, function, std::tuple(1, 2));                // of a ThreadPool
//   auto all = post_each<Calls::kItem, int>(pool, function, inputs, chunk);     // chunk by chunk
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/call.h"
#include "gilfree/detail/pool/remote_error.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/thread_pool.h"
#include "gilfree/errors.h"

namespace gilfree::detail {

// Sets what `function` gives for `item`. To be counted down. (A forced unwind has no object to refer to,
// which UBSan would complain of.)
template <Calls how, typename Result, typename Function, typename Item>
__attribute__((no_sanitize("null"))) void run_here(SharedResult<Result>& job, std::size_t at,
                                                   Function& function, Item& item) {
  try {
    if constexpr (std::is_void_v<Result>) {
      call<how>(function, item);
      job.set(at, Nothing());
    } else {
      job.set(at, call<how>(function, item));
    }
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit
  } catch (...) {
    job.set_error(at, remote_error());
  }
}

inline std::exception_ptr cancelled() {
  return std::make_exception_ptr(
      Cancelled("gilfree::AsyncResult::get: the call was cancelled before a worker began with it"));
}

// One call: the task and what becomes of it in one piece.
template <typename Function, typename Arguments, typename Result>
class CallJob final : public SharedResult<Result>, public ThreadTask {
 public:
  CallJob(Function function, Arguments arguments)
      : SharedResult<Result>(1), function_(std::move(function)), arguments_(std::move(arguments)) {}

  static void post(ThreadPool& pool, const std::shared_ptr<CallJob>& job) {
    job->self_ = job;
    try {
      pool.post(*job);
    } catch (...) {
      job->self_.reset();
      throw;
    }
  }

  void run() override {
    const auto keep = std::move(self_);
    if (begun_.exchange(true, std::memory_order_relaxed)) return;  // cancelled
    run_here<Calls::kArguments>(*this, 0, function_, arguments_);
    this->count_down(1);
  }
  void drop(const std::exception_ptr& why) override {
    const auto keep = std::move(self_);
    if (!begun_.exchange(true, std::memory_order_relaxed)) this->fail(0, why);
  }
  bool cancel() override {
    if (begun_.exchange(true, std::memory_order_relaxed)) return false;
    this->fail(0, cancelled());
    return true;
  }

 private:
  Function function_;
  Arguments arguments_;
  std::atomic<bool> begun_{false};
  std::shared_ptr<CallJob> self_;  // while it is in the pool's hands
};

// A call for each of many items. Each of its runners takes a chunk at a time from those that are left.
template <Calls how, typename Function, typename Items, typename Result>
class SpreadJob final : public SharedResult<Result> {
 public:
  SpreadJob(Function function, Items items, std::size_t chunk,
            std::shared_ptr<AnySharedResult::Event> event_count = nullptr)
      : SharedResult<Result>(std::ranges::size(items), std::move(event_count)),
        function_(std::move(function)),
        items_(std::move(items)),
        chunk_(chunk) {}

  static void post(ThreadPool& pool, const std::shared_ptr<SpreadJob>& job) {
    const std::size_t chunks = (job->size() + job->chunk_ - 1) / job->chunk_;
    const auto runners = std::min<std::size_t>(chunks, pool.workers());
    for (std::size_t i = 0; i < runners; ++i) {
      auto runner = std::make_unique<Runner>(job);
      pool.post(*runner);
      (void)runner.release();  // it deletes itself
    }
  }

  bool cancel() override {
    if (!begin(State::kCancelled)) return false;
    fail_what_is_left(cancelled());
    return true;
  }

 private:
  enum class State { kWaiting, kBegun, kCancelled };

  struct Runner final : ThreadTask {
    explicit Runner(std::shared_ptr<SpreadJob> of) : job(std::move(of)) {}
    void run() override {
      const std::unique_ptr<Runner> end(this);
      job->run();
    }
    void drop(const std::exception_ptr& why) override {
      const std::unique_ptr<Runner> end(this);
      job->fail_what_is_left(why);
    }
    const std::shared_ptr<SpreadJob> job;
  };

  bool begin(State how_so) {
    State waiting = State::kWaiting;
    return state_.compare_exchange_strong(waiting, how_so, std::memory_order_relaxed) ||
           (waiting == State::kBegun && how_so == State::kBegun);
  }

  // The next chunk: calls visit(item) for each.
  template <typename Visit>
  bool take_chunk(Visit visit) {
    const auto first = next_.fetch_add(chunk_, std::memory_order_relaxed);
    if (first >= this->size()) return false;
    const auto end = std::min(first + chunk_, this->size());
    for (auto item = first; item < end; ++item) visit(item);
    this->count_down(end - first);
    return true;
  }
  void run() {
    if (!begin(State::kBegun)) return;
    const auto first = std::ranges::begin(items_);
    const auto call_for = [&](std::size_t item) {
      auto&& value = first[static_cast<std::ranges::range_difference_t<Items>>(item)];
      run_here<how>(*this, item, function_, value);
    };
    while (take_chunk(call_for)) continue;
  }
  void fail_what_is_left(const std::exception_ptr& why) {
    while (take_chunk([&](std::size_t item) { this->set_error(item, why); })) continue;
  }

  Function function_;
  Items items_;
  const std::size_t chunk_;
  std::atomic<State> state_{State::kWaiting};
  std::atomic<std::size_t> next_{0};
};

// Waiting between threads needs nobody's help.
class ThreadJobOwner : public ResultOwner {
 public:
  // Not counted: there is one, for ever.
  static std::shared_ptr<ResultOwner> instance() {
    static ThreadJobOwner one;
    return {std::shared_ptr<void>(), &one};
  }
  bool wait(AnySharedResult& job, Deadline deadline) override { return job.await(deadline); }
  void wait_until(const std::function<bool()>& ready,
                  AnySharedResult::Event& event_count) override {
    (void)event_count.wait(kNever, kNoCpu, ready);
  }
  bool cancel(AnySharedResult& job) override { return job.cancel(); }
};

template <typename Result, typename Function, typename Arguments>
std::shared_ptr<SharedResult<Result>> post_call(ThreadPool& pool, Function function,
                                                Arguments arguments) {
  using Call = CallJob<Function, Arguments, Result>;
  auto job = std::make_shared<Call>(std::move(function), std::move(arguments));
  Call::post(pool, job);
  return job;
}

// A call for each of `inputs`, which the job keeps.
template <Calls how, typename Result, typename Function, typename Inputs>
std::shared_ptr<SharedResult<Result>> post_each(
    ThreadPool& pool, Function function, Inputs inputs, std::size_t chunk,
    std::shared_ptr<AnySharedResult::Event> event_count = nullptr) {
  using Spread = SpreadJob<how, Function, Inputs, Result>;
  auto job = std::make_shared<Spread>(std::move(function), std::move(inputs), chunk,
                                      std::move(event_count));
  Spread::post(pool, job);
  return job;
}

inline std::shared_ptr<ResultOwner> owner_of(const std::shared_ptr<ThreadPool>&) {
  return ThreadJobOwner::instance();
}

}  // namespace gilfree::detail
