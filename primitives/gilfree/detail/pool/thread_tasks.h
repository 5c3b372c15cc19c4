// A call in a thread of this process: the task and its result in one object.
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

// Sets the result of `function` for `item`, or its exception; the caller counts the item down. (A forced unwind
// has no object to refer to, which UBSan would complain of.)
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

// One call: the task and its result in one object.
template <typename Function, typename Arguments, typename Result>
class CallJob final : public SharedResult<Result>, public ThreadTask {
 public:
  CallJob(Function function, Arguments arguments)
      : SharedResult<Result>(1), function_(std::move(function)), arguments_(std::move(arguments)) {}

  static void post(ThreadPool& pool, const std::shared_ptr<CallJob>& job, Entry entry) {
    job->self_ = job;
    try {
      pool.post(*job, entry);
    } catch (...) {
      job->self_.reset();
      throw;
    }
  }

  void run() override {
    if (!begun_.exchange(true, std::memory_order_relaxed)) {
      run_here<Calls::kArguments>(*this, 0, function_, arguments_);
      this->count_down(1);
    } else if (is_lost_) {
      this->count_down(1);
    }
    const auto keep = std::move(self_);
  }
  bool resume(const std::exception_ptr& why) override {
    if (this->is_done()) {  // the callback has left
      const auto keep = std::move(self_);
      return false;
    }
    this->set_error(0, why);
    is_lost_ = true;
    return true;
  }
  void drop(const std::exception_ptr& why) override {
    const auto keep = std::move(self_);
    if (!begun_.exchange(true, std::memory_order_relaxed)) {
      this->fail(0, why);
    } else if (is_lost_) {
      this->count_down(1);
    }
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
  bool is_lost_ = false;           // it has ended its thread; another one is to count it down
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

  static void post(ThreadPool& pool, const std::shared_ptr<SpreadJob>& job, Entry entry) {
    const std::size_t chunks = (job->size() + job->chunk_ - 1) / job->chunk_;
    const auto runners = std::min<std::size_t>(chunks, pool.workers());
    for (std::size_t i = 0; i < runners; ++i) {
      auto runner = std::make_unique<Runner>(job);
      try {
        pool.post(*runner, entry);
      } catch (...) {
        if (i == 0) throw;
        return;  // those before it do it all
      }
      (void)runner.release();  // it deletes itself
    }
    if (runners == 0) job->call_back_at_once();
  }

  bool cancel() override {
    if (!begin(State::kCancelled)) return false;
    Chunk all;
    fail_what_is_left(all, cancelled());
    return true;
  }

 private:
  enum class State { kWaiting, kBegun, kCancelled };

  // Items [first, end) that a runner has taken, and the one it is at.
  struct Chunk {
    std::size_t first = 0, item = 0, end = 0;
  };

  struct Runner final : ThreadTask {
    explicit Runner(std::shared_ptr<SpreadJob> of) : job(std::move(of)) {}
    void run() override {
      job->run(at);
      delete this;
    }
    bool resume(const std::exception_ptr& why) override {
      if (at.item < at.end) job->set_error(at.item++, why);  // else a callback has left
      return true;
    }
    void drop(const std::exception_ptr& why) override {
      const std::unique_ptr<Runner> self(this);  // a callback may end the thread
      job->fail_what_is_left(at, why);
    }
    const std::shared_ptr<SpreadJob> job;
    Chunk at;
  };

  bool begin(State how_so) {
    State waiting = State::kWaiting;
    return state_.compare_exchange_strong(waiting, how_so, std::memory_order_relaxed) ||
           (waiting == State::kBegun && how_so == State::kBegun);
  }

  // Calls visit() for what is left of a chunk, [at.item, at.end), and for all further ones that it takes.
  template <typename Visit>
  void each_left(Chunk& at, Visit visit) {
    while (true) {
      visit();
      at.item = at.end;
      if (const auto done = at.end - std::exchange(at.first, at.end)) this->count_down(done);
      at.first = at.item = next_.fetch_add(chunk_, std::memory_order_relaxed);
      if (at.first >= this->size()) {
        at = {};
        return;
      }
      at.end = std::min(at.first + chunk_, this->size());
    }
  }
  void run(Chunk& at) {
    if (!begin(State::kBegun)) return;
    each_left(at, [&] {
      while (at.item < at.end) run_until_one_throws(at);
    });
  }
  // The range that holds the items may be the user's, and throw. The loop keeps its position in a register:
  // results are written through a pointer that might point to it.
  __attribute__((no_sanitize("null"))) void run_until_one_throws(Chunk& at) {
    struct Position {
      Chunk& at;
      std::size_t item = at.item;
      ~Position() { at.item = item; }  // also if pthread_exit unwinds
    } now{at};
    bool is_called = false;
    try {
      const auto write = this->writer();
      const auto items = std::ranges::begin(items_);
      for (const auto end = at.end; now.item < end; ++now.item) {
        is_called = false;
        auto&& value = items[static_cast<std::ranges::range_difference_t<Items>>(now.item)];
        is_called = true;
        if constexpr (std::is_void_v<Result>) {
          call<how>(function_, value);
          write(now.item, Nothing());
        } else {
          write(now.item, call<how>(function_, value));
        }
      }
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      this->set_error(now.item++, is_called ? remote_error() : std::current_exception());
    }
  }
  void fail_what_is_left(Chunk& at, const std::exception_ptr& why) {
    each_left(at, [&] {
      for (; at.item < at.end; ++at.item) this->set_error(at.item, why);
    });
  }

  Function function_;
  Items items_;
  const std::size_t chunk_;
  std::atomic<State> state_{State::kWaiting};
  std::atomic<std::size_t> next_{0};
};

// Waiting between threads needs no help from the pool.
class ThreadResultOwner : public ResultOwner {
 public:
  // Not counted: there is one, for ever. Made while the program is loaded (below): a child forked while another
  // thread was making it would wait for ever.
  static std::shared_ptr<ResultOwner> instance() {
    static ThreadResultOwner one;
    return {std::shared_ptr<void>(), &one};
  }
  bool wait(AnySharedResult& result, Deadline deadline) override {
    result.check_here();
    return result.await(deadline);
  }
  bool wait_until(const std::function<bool()>& ready, AnySharedResult::Event& event_count,
                  Deadline deadline) override {
    return event_count.wait(deadline, kNoCpu, ready) != Waited::kTooLate;
  }
  bool cancel(AnySharedResult& result) override {
    result.check_here();
    return result.cancel();
  }
};
[[maybe_unused]] inline const auto thread_results_made_early = ThreadResultOwner::instance();

template <typename Result, typename Function, typename Arguments>
std::shared_ptr<SharedResult<Result>> post_call(ThreadPool& pool, Function function,
                                                Arguments arguments, PostOptions options = {}) {
  using Call = CallJob<Function, Arguments, Result>;
  auto job = std::make_shared<Call>(std::move(function), std::move(arguments));
  job->call_back(std::move(options.callback), nullptr);
  Call::post(pool, job, options.entry);
  return job;
}

// A call for each of `inputs`, which the job keeps.
template <Calls how, typename Result, typename Function, typename Inputs>
std::shared_ptr<SharedResult<Result>> post_each(ThreadPool& pool, Function function, Inputs inputs,
                                                std::size_t chunk, PostOptions options = {}) {
  using Spread = SpreadJob<how, Function, Inputs, Result>;
  auto job = std::make_shared<Spread>(std::move(function), std::move(inputs), chunk,
                                      std::move(options.event_count));
  job->call_back(std::move(options.callback), nullptr);
  Spread::post(pool, job, options.entry);
  return job;
}

// What post_each() gets of items: all of them, since the job keeps its inputs.
template <typename Items>
Items inputs_of(const ThreadPool&, Items& items) {
  return std::move(items);
}

inline std::shared_ptr<ResultOwner> owner_of(const std::shared_ptr<ThreadPool>&) {
  return ThreadResultOwner::instance();
}

}  // namespace gilfree::detail
