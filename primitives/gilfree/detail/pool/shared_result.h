// SharedResult: the outcome of one call to a pool: the result, or the exception, of each of its items.
//
// Shared by its waiters and by the threads that deliver. Each item is delivered once, by one thread.
#pragma once

#include <cxxabi.h>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/thread_end.h"
#include "gilfree/detail/base/uncaught.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/pool/encoded_results.h"
#include "gilfree/detail/pool/result_slots.h"
#include "gilfree/detail/pool/task_source.h"
#include "gilfree/detail/process/thread_registry.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class AnySharedResult;

// Calls back, outside any lock of the pool, for results that are complete but for that.
class CallbackQueue {
 public:
  virtual ~CallbackQueue() = default;
  virtual void add(std::shared_ptr<AnySharedResult> result) = 0;
};

class AnySharedResult : public std::enable_shared_from_this<AnySharedResult> {
 public:
  using Event = EventCount<Threads>;
  using Callback = std::function<void(AnySharedResult&)>;

  // `shared`: notified instead of the result's own event count, for a waiter for any of several results.
  explicit AnySharedResult(std::size_t items, std::shared_ptr<Event> shared = nullptr)
      : left_(items), shared_(std::move(shared)), forks_(fork_count()) {}
  virtual ~AnySharedResult() = default;
  AnySharedResult(const AnySharedResult&) = delete;
  AnySharedResult& operator=(const AnySharedResult&) = delete;

  // From another process: the results of `count` items from `first` on, as Wire wrote them. Calls no code of
  // a user's.
  virtual void deliver(std::size_t first, std::size_t count, const std::byte* bytes) = 0;
  virtual void fail(std::size_t item, std::exception_ptr error) = 0;
  // Once it is done: has the results decoded, if they are not yet. False if another thread is at it and the
  // deadline came first.
  virtual bool decode_until(Deadline) { return true; }
  // True if no worker has begun with it, and now none will.
  virtual bool cancel() { return false; }

  // Before it is posted: `callback` is called when every item has been delivered, and the result is done
  // after that. By the thread that delivers the last item, unless there is a queue.
  void call_back(Callback callback, CallbackQueue* queue) {
    if (!callback) return;
    callback_ = std::move(callback);
    queue_ = queue;
    left_.fetch_add(1, std::memory_order_relaxed);
  }
  __attribute__((no_sanitize("null"))) void run_callback() {
    struct Done {  // also if the callback leaves by an exception or pthread_exit
      AnySharedResult& result;
      ~Done() { result.count_down(1); }
    } done{*this};
    try {
      callback_(*this);
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      report_uncaught("gilfree::Pool: callback");
    }
  }
  // Instead of it.
  void leave_callback_out() { count_down(1); }
  // For one without items.
  void call_back_at_once() {
    if (callback_) due();
  }

  // True once every item has been delivered; what they became may then be read.
  bool is_done() const { return left_.load(std::memory_order_acquire) == 0; }  // delivered
  // False if the deadline came first.
  bool await(Deadline deadline) {
    const auto waited = event_count().wait_alone(
        deadline, [&] { return is_done(); }, [] { return false; });
    return waited != Waited::kTooLate;
  }
  // In a forked child the worker is not there. Throws std::logic_error instead of waiting for it.
  void check_here() const {
    if (forks_ == fork_count() || is_done()) return;
    throw std::logic_error(
        "gilfree::AsyncResult: only the process that made the call may wait for its result");
  }

  // After `items` were set.
  void count_down(std::size_t items) {
    const auto left = left_.fetch_sub(items, std::memory_order_acq_rel) - items;  // delivered
    if (left == 0) {
      event_count().notify_if_waiting();
    } else if (left == 1 && callback_) {
      due();
    }
  }

 private:
  Event& event_count() { return shared_ ? *shared_ : own_; }
  void due() {
    if (queue_ == nullptr) return run_callback();
    queue_->add(shared_from_this());
  }

  std::atomic<std::size_t> left_;  // items, and the callback
  Event own_;
  const std::shared_ptr<Event> shared_;
  const int forks_;  // fork_count() of the process that made it
  Callback callback_;
  CallbackQueue* queue_ = nullptr;
};

// How a call is posted.
struct PostOptions {
  std::shared_ptr<AnySharedResult::Event> event_count = nullptr;
  AnySharedResult::Callback callback = nullptr;
  Entry entry = Entry::kCall;
  Deadline deadline = kNever;  // for room in the pool, of a single chunk
};

// The pool that computes a result, as seen by the result: to wait for it and to cancel it.
class ResultOwner {
 public:
  virtual ~ResultOwner() = default;
  // False if the deadline came first.
  virtual bool wait(AnySharedResult& result, Deadline deadline) = 0;
  // Until ready(), which becomes true as results are done that were given `event_count`.
  virtual bool wait_until(const std::function<bool()>& ready, AnySharedResult::Event& event_count,
                          Deadline deadline) = 0;
  virtual bool cancel(AnySharedResult& result) = 0;
};

struct Nothing {};  // the result of a function that returns none

template <typename Result>
class SharedResult : public AnySharedResult {
 public:
  using Value = std::conditional_t<std::is_void_v<Result>, Nothing, Result>;

  explicit SharedResult(std::size_t items, std::shared_ptr<Event> shared = nullptr)
      : AnySharedResult(items, std::move(shared)), size_(items), outcomes_(items) {}

  std::size_t size() const { return size_; }

  void deliver(std::size_t first, std::size_t count, const std::byte* bytes) override {
    if constexpr (!std::is_void_v<Result> && Plain<Value> && Shareable<Value>) {
      outcomes_.set_all(first, count, bytes);
    } else {
      for (std::size_t item = first; item < first + count; ++item) {
        if constexpr (std::is_void_v<Result>) {
          set(item, Nothing());
        } else if constexpr (kIsDecodedLater) {
          const std::byte* const begin = bytes;
          Wire<Result>::skip(bytes);
          encoded_.keep(item, size_, begin, bytes);
        } else if constexpr (can_travel<Result>) {
          set(item, Wire<Result>::read(bytes));
        }
      }
    }
    count_down(count);
  }
  void fail(std::size_t item, std::exception_ptr error) override {
    set_error(item, std::move(error));
    count_down(1);
  }
  bool decode_until([[maybe_unused]] Deadline deadline) override {
    if constexpr (kIsDecodedLater) {
      return encoded_.decode(deadline, [&](std::size_t item, const std::byte* bytes) {
        try {
          set(item, Wire<Result>::read(bytes));
        } catch (...) {
          if (is_end_of_thread()) throw;
          set_error(item, std::current_exception());
        }
      });
    } else {
      return true;
    }
  }
  // To be counted down.
  void set(std::size_t item, Value value) { outcomes_.set(item, std::move(value)); }
  // set() for a loop over many items.
  auto writer() { return outcomes_.writer(); }
  void set_error(std::size_t item, std::exception_ptr error) {
    outcomes_.set_error(item, std::move(error));
  }

  // Once it is done.
  bool succeeded() {
    decode();
    return outcomes_.succeeded();
  }
  // What the first item became that has no result.
  std::exception_ptr first_error() {
    for (std::size_t item = 0; item < size_; ++item) {
      try {
        (void)at(item);
      } catch (...) {
        return std::current_exception();
      }
    }
    return nullptr;
  }
  // The result of `item`, or the exception it became.
  Value& at(std::size_t item) {
    decode();
    return outcomes_.at(item);
  }
  // Of several, if they are plain.
  std::vector<Value>& all() requires Plain<Value> { return outcomes_.all(); }

 private:
  static constexpr bool kIsDecodedLater = can_travel<Value> && has_codec_of_user<Value>;

  void decode() { (void)SharedResult::decode_until(kNever); }

  const std::size_t size_;
  ResultSlots<Value> outcomes_;
  [[no_unique_address]] std::conditional_t<kIsDecodedLater, EncodedResults, Nothing> encoded_;
};

}  // namespace gilfree::detail
