// SharedResult: what becomes of one call to a pool: the result, or the exception, of each of its items.
//
// Shared by those who wait for it and by whoever delivers. Each item is delivered once, by one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/pool/result_slots.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

class AnySharedResult {
 public:
  using Event = EventCount<Threads>;

  // `shared`: rung instead of the job's own event_count, for one who waits for any of several jobs.
  explicit AnySharedResult(std::size_t items, std::shared_ptr<Event> shared = nullptr)
      : left_(items), shared_(std::move(shared)) {}
  virtual ~AnySharedResult() = default;
  AnySharedResult(const AnySharedResult&) = delete;
  AnySharedResult& operator=(const AnySharedResult&) = delete;

  // From another process: the results of `count` items from `first` on, as Wire wrote them.
  virtual void deliver(std::size_t first, std::size_t count, const std::byte* bytes) = 0;
  virtual void fail(std::size_t item, std::exception_ptr error) = 0;
  // True if nobody has begun with it, and now nobody will.
  virtual bool cancel() { return false; }

  // True once every item has been delivered; what they became may then be read.
  bool is_done() const { return left_.load(std::memory_order_acquire) == 0; }  // delivered
  // False if the deadline came first.
  bool await(Deadline deadline) {
    return event_count().wait(deadline, kNoCpu, [&] { return is_done(); }).has_value();
  }

  // After `items` were set.
  void count_down(std::size_t items) {
    if (left_.fetch_sub(items, std::memory_order_acq_rel) == items) {  // delivered
      event_count().notify_if_waiting();
    }
  }

 private:
  Event& event_count() { return shared_ ? *shared_ : own_; }

  std::atomic<std::size_t> left_;
  Event own_;
  const std::shared_ptr<Event> shared_;
};

// A job's way back to what runs it, for those who wait.
class ResultOwner {
 public:
  virtual ~ResultOwner() = default;
  // False if the deadline came first.
  virtual bool wait(AnySharedResult& job, Deadline deadline) = 0;
  // Until ready(), which becomes true as jobs are done that were given `event_count`.
  virtual void wait_until(const std::function<bool()>& ready,
                          AnySharedResult::Event& event_count) = 0;
  virtual bool cancel(AnySharedResult& job) = 0;
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
  // To be counted down.
  void set(std::size_t item, Value value) { outcomes_.set(item, std::move(value)); }
  void set_error(std::size_t item, std::exception_ptr error) {
    outcomes_.set_error(item, std::move(error));
  }

  // Once it is done.
  bool succeeded() { return outcomes_.succeeded(); }
  // The result of `item`, or the exception it became.
  Value& at(std::size_t item) { return outcomes_.at(item); }
  // Of several, if they are plain.
  std::vector<Value>& all() requires Plain<Value> { return outcomes_.all(); }

 private:
  const std::size_t size_;
  ResultSlots<Value> outcomes_;
};

}  // namespace gilfree::detail
