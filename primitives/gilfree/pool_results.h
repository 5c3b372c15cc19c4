// PoolResults: the results of Pool::imap and imap_unordered, one at a time.
//
//   for (const auto& result : pool.imap(f, inputs)) use(result);
//   while (auto result = results.next()) ...     // next() throws what an item became; then go on
//
// Inputs are sent ahead of the results that are asked for, but not all at once: the memory in use does
// not grow with their number. Go through it once.
//
// Order       imap: of the inputs; imap_unordered: as they come.
// Cost        A call to the pool for each input, sent while results are taken.
// Blocking    next() and ++ wait for a result.
// Errors      next() and * throw what the item became instead of a result (async_result.h).
// Visibility  As AsyncResult::get.
// Crash       The item that a killed worker was at throws WorkerLost; the others come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/scope.h"

namespace gilfree {

template <typename Result, Scope S = Processes>
class PoolResults {
 public:
  using value_type = typename detail::SharedResult<Result>::Value;

  // The next result; nothing when there are no more.
  std::optional<value_type> next() {
    if (!current_ || item_ == current_->size()) {
      current_ = next_job();
      item_ = 0;
      if (!current_) return std::nullopt;
    }
    return std::move(current_->at(item_++));
  }

  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = PoolResults::value_type;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(PoolResults& results) : results_(&results) { ++*this; }
    value_type& operator*() const {
      if (results_->error_) std::rethrow_exception(results_->error_);
      return *results_->value_;
    }
    iterator& operator++() {
      results_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const {
      return !results_->value_ && !results_->error_;
    }

   private:
    PoolResults* results_ = nullptr;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  template <Scope>
  friend class Pool;
  using SharedResult = detail::SharedResult<Result>;
  using Event = detail::AnySharedResult::Event;
  // Sends the next inputs; null if there are no more.
  using Send = std::function<std::shared_ptr<SharedResult>(const std::shared_ptr<Event>&)>;

  static constexpr std::size_t kAhead = 1024;  // jobs

  PoolResults(std::shared_ptr<detail::ResultOwner> owner, Send send, bool in_order)
      : owner_(std::move(owner)), send_(std::move(send)), in_order_(in_order) {
    send_ahead();
  }

  void send_ahead() {
    while (send_ && ahead_.size() < kAhead) {
      auto job = send_(event_count_);
      if (!job) {
        send_ = nullptr;
      } else {
        ahead_.push_back(std::move(job));
      }
    }
  }

  std::shared_ptr<SharedResult> next_job() {
    send_ahead();
    if (ahead_.empty()) return nullptr;
    auto chosen = ahead_.begin();
    if (in_order_) {
      (void)owner_->wait(**chosen, kNever);
    } else {
      const auto done = [&] {
        chosen = std::find_if(ahead_.begin(), ahead_.end(),
                              [](const auto& job) { return job->is_done(); });
        return chosen != ahead_.end();
      };
      owner_->wait_until(done, *event_count_);
      (void)done();
    }
    auto job = std::move(*chosen);
    ahead_.erase(chosen);
    return job;
  }

  void advance() {
    value_.reset();
    error_ = nullptr;
    try {
      value_ = next();
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  std::shared_ptr<detail::ResultOwner> owner_;
  Send send_;
  bool in_order_;
  std::shared_ptr<Event> event_count_ = std::make_shared<Event>();
  std::deque<std::shared_ptr<SharedResult>> ahead_;
  std::shared_ptr<SharedResult> current_;
  std::size_t item_ = 0;
  std::optional<value_type> value_;  // the iterators'
  std::exception_ptr error_;         // or this
};

}  // namespace gilfree
