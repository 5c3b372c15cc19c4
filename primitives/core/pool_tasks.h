// How a call is run by a worker of a pool: out of bytes in another process, or as it is in a thread.
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/core/callable.h"
#include "primitives/core/job.h"
#include "primitives/core/pool_state.h"
#include "primitives/core/remote_error.h"
#include "primitives/core/thread_pool.h"
#include "primitives/core/wire.h"
#include "primitives/errors.h"

namespace gilfree::core {

// What a function is called with: an item; the elements of an item; arguments, which may be moved.
enum class Calls { kItem, kRow, kArguments };

template <Calls how, typename Function, typename Item>
decltype(auto) call(Function& function, Item& item) {
  if constexpr (how == Calls::kItem) {
    return std::invoke(function, item);
  } else if constexpr (how == Calls::kRow) {
    return std::apply(function, item);
  } else {
    return std::apply(function, std::move(item));
  }
}

// What a function returns, as a value.
template <Calls how, typename Function, typename Item>
using ResultOf =
    std::decay_t<decltype(call<how>(std::declval<Function&>(), std::declval<Item&>()))>;

// --- In another process.

template <typename Result>
void hand_in(Delivery& results, std::uint64_t id, std::uint32_t item, const Result& value) {
  const auto length = Wire<Result>::size(value);
  Wire<Result>::write(value, results.begin({id, item, Kind::kValue}, length));
  results.commit();
}

inline constexpr std::uint32_t kPublishEvery = 512;
inline constexpr std::size_t kBytesInRun = 16 << 10;

// Results of one size.
template <typename Result>
inline constexpr bool in_runs = std::is_void_v<Result> || Shareable<Result>;
template <typename Result>
inline constexpr std::size_t size_in_run = 0;
template <Shareable Result>
inline constexpr std::size_t size_in_run<Result> = sizeof(Result);

template <typename Result>
inline constexpr std::uint32_t most_in_run =
    std::max<std::size_t>(kBytesInRun / std::max<std::size_t>(size_in_run<Result>, 4), 1);

template <Calls how, typename Item, typename Result, typename Function>
void run_item(Function& function, const std::byte*& bytes, std::byte* to) {
  Item item = Wire<Item>::read(bytes);
  if constexpr (std::is_void_v<Result>) {
    call<how>(function, item);
  } else {
    const Result value = call<how>(function, item);
    std::memcpy(to, &value, sizeof value);
  }
}

// A RunTask. `bytes`: the function, then the items as Wire wrote them.
template <Calls how, typename Function, typename Item, typename Result>
void run_items(const TaskHead& task, const std::byte* bytes, Delivery& results) {
  FunctionOf<Function> copy(bytes);
  auto& function = *copy;
  for (std::uint32_t i = 0; i < task.skip; ++i) Wire<Item>::skip(bytes);
  const std::byte* next = bytes;  // behind the item that is being run
  const auto step = [&] { Wire<Item>::skip(next); };
  for (std::uint32_t i = task.skip; i < task.count;) {
    try {
      if constexpr (in_runs<Result>) {
        constexpr auto size = size_in_run<Result>;
        const auto end = i + std::min(task.count - i, most_in_run<Result>);
        if (task.count > 1) {
          Delivery::Run run(results, task.id, i, end - i, size);
          for (; i < end; ++i) {
            step();
            run_item<how, Item, Result>(function, bytes, run.next());
            run.commit();
          }
        } else {
          std::byte* to = results.begin({task.id, i, Kind::kValue}, size);
          run_item<how, Item, Result>(function, bytes, to);
          results.commit();
          ++i;
        }
        if (i < task.count) results.publish();
      } else {
        if (i % kPublishEvery == kPublishEvery - 1) results.publish();
        step();
        Item item = Wire<Item>::read(bytes);
        hand_in<Result>(results, task.id, i, call<how>(function, item));
        ++i;
      }
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      results.error(task.id, i++);
      bytes = next;
    }
  }
}

// --- In a thread of this process.

// Sets what `function` gives for `item`. To be counted down.
template <Calls how, typename Result, typename Function, typename Item>
void run_here(Job<Result>& job, std::size_t at, Function& function, Item& item) {
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
class CallJob final : public Job<Result>, public ThreadTask {
 public:
  CallJob(Function function, Arguments arguments)
      : Job<Result>(1), function_(std::move(function)), arguments_(std::move(arguments)) {}

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
class SpreadJob final : public Job<Result> {
 public:
  SpreadJob(Function function, Items items, std::size_t chunk,
            std::shared_ptr<AnyJob::Bell> bell = nullptr)
      : Job<Result>(std::ranges::size(items), std::move(bell)),
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
class ThreadJobOwner : public JobOwner {
 public:
  // Not counted: there is one, for ever.
  static std::shared_ptr<JobOwner> instance() {
    static ThreadJobOwner one;
    return {std::shared_ptr<void>(), &one};
  }
  bool wait(AnyJob& job, Deadline deadline) override { return job.await(deadline); }
  void wait_until(const std::function<bool()>& ready, AnyJob::Bell& bell) override {
    (void)bell.wait(kNever, kNoCpu, ready);
  }
  bool cancel(AnyJob& job) override { return job.cancel(); }
};

}  // namespace gilfree::core
