// PoolResults: the results of Pool::imap and imap_unordered, one at a time.
//
//   for (const auto& result : pool.imap(f, inputs)) use(result);
//   while (auto result = results.next()) ...     // next() throws what an item became; then go on
//
// Inputs are sent ahead of the results that are taken, but not all at once: at most 1024 chunks, and
// about 8 MiB of inputs and results. Pool::join() sends what is left, however much that is. Go through
// the results once, in one thread at a time.
//
// Order       imap: of the inputs; imap_unordered: as they come.
// Cost        A call to the pool for each chunk of inputs, sent while results are taken; a thread besides
//             if the inputs are computed by a view or a generator.
// Blocking    next() and ++ wait for a result, next_for and next_until at most that long, and for as long as the
//             inputs of one chunk take to be written. A pool that has no room for more inputs delays no result
//             that is under way. The destructor waits while the range is computing an input.
// Errors      next() and * throw what the item became instead of a result (async_result.h); what the
//             range of inputs throws, once, behind the results of the inputs before; TimeoutError if a
//             timed form is too late; std::logic_error if moved from, or in a forked child.
// Visibility  As AsyncResult::get. A range that computes its inputs does so in a thread of its own: what
//             it shares with the caller is for the caller to guard.
// Crash       The item that a killed worker was at throws WorkerLost; the others come.
#pragma once

#include "gilfree/version.h"

#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/thread_end.h"
#include "gilfree/detail/pool/inputs.h"
#include "gilfree/detail/pool/result_source.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/scope.h"

namespace gilfree {

// A range that can be gone through once. Its items are results by value.
template <typename Result, Scope S = Processes>
class PoolResults {
 public:
  using value_type = typename detail::SharedResult<Result>::Value;

  // Returns the next result; nothing when there are no more.
  std::optional<value_type> next() { return next_until(kNever); }
  // The same, but throws TimeoutError if it is not there in time; it can be asked for again.
  std::optional<value_type> next_for(Timeout timeout) { return next_until(timeout.deadline()); }
  std::optional<value_type> next_until(Deadline deadline) {
    if (!source_) {
      throw std::logic_error("gilfree::PoolResults: moved from; use the one it was moved to");
    }
    if (!current_ || item_ == current_->size()) {
      current_ = source_->next_job(deadline);
      item_ = 0;
      if (!current_) return std::nullopt;
    }
    value_type& result = current_->at(item_++);
    source_->note_result(detail::weight_of(result));
    return std::move(result);
  }

  // Goes through what is left. Reading one that became an exception throws that, and ++ goes on.
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
  // The rest of the results, once: a second begin() goes on with the next result.
  iterator begin() { return iterator(*this); }
  // Compares equal to an iterator when no result is left.
  std::default_sentinel_t end() const { return {}; }

 private:
  template <Scope>
  friend class Pool;

  explicit PoolResults(std::shared_ptr<detail::ResultSource<Result>> source)
      : source_(std::move(source)) {}

  void advance() {
    value_.reset();
    error_ = nullptr;
    try {
      value_ = next();
    } catch (...) {
      if (detail::is_end_of_thread()) throw;
      error_ = std::current_exception();
    }
  }

  std::shared_ptr<detail::ResultSource<Result>> source_;
  std::shared_ptr<detail::SharedResult<Result>> current_;
  std::size_t item_ = 0;             // of current_, next
  std::optional<value_type> value_;  // the iterators'
  std::exception_ptr error_;         // or this
};

}  // namespace gilfree
