// ChunkSender: takes chunks of inputs from a range and sends them to a pool, for result_source.h.
#pragma once

#include <cxxabi.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/pool/call.h"
#include "gilfree/detail/pool/inputs.h"
#include "gilfree/detail/pool/result_source.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/task_source.h"

namespace gilfree::detail {

// Reads a range once, and no further than it is asked to: the iterator is moved on before an element is
// read, not after.
template <typename Range>
class InputReader {
 public:
  using Item = std::ranges::range_value_t<Range>;

  explicit InputReader(Range&& range) : range_(std::forward<Range>(range)) {}

  // Calls visit(element) for the next one; false if there is none.
  template <typename Visit>
  bool read(Visit visit) {
    if (!at_) {
      at_.emplace(std::ranges::begin(range_));
    } else {
      ++*at_;
    }
    if (*at_ == std::ranges::end(range_)) return false;
    visit(**at_);
    return true;
  }

 private:
  using View = Inputs<Range>;
  View range_;
  std::optional<std::ranges::iterator_t<View>> at_;
};

// Called for one chunk after the other. One that found no room in the pool in time is kept, and sent by the next call.
template <typename Result, typename Pool, typename Function, typename Range>
class ChunkSender {
 public:
  using Sent = typename ResultSource<Result>::Sent;
  using Event = AnySharedResult::Event;

  ChunkSender(std::shared_ptr<Pool> pool, Function function, Range&& range, std::size_t chunk)
      : pool_(std::move(pool)),
        function_(std::move(function)),
        inputs_(std::forward<Range>(range)),
        chunk_(chunk) {}

  // A forced unwind has no object to refer to, which UBSan would complain of.
  __attribute__((no_sanitize("null"))) Sent operator()(const std::shared_ptr<Event>& event_count,
                                                       Deadline deadline) {
    if (items_.empty()) read();
    if (items_.empty()) return std::exchange(read_, {});
    const std::size_t count = items_.size();
    try {
      read_.weight = 0;
      for (const auto& item : items_) read_.weight += weight_of(item);
      read_.job = post_each<Calls::kItem, Result>(
          *pool_, function_, inputs_of(*pool_, items_), count,
          {.event_count = event_count, .entry = Entry::kSource, .deadline = deadline});
      if (read_.job == nullptr) return {.is_late = true};
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      if (!pool_->accepts(Entry::kSource)) {
        return {.is_last = true, .error = std::current_exception()};
      }
      read_.job = std::make_shared<SharedResult<Result>>(count, event_count);
      for (std::size_t item = 0; item < count; ++item) {
        read_.job->fail(item, std::current_exception());
      }
    }
    items_.clear();
    return std::exchange(read_, {});
  }

 private:
  // Takes a chunk, and what the range throws behind it.
  __attribute__((no_sanitize("null"))) void read() {
    try {
      const auto keep = [&](auto&& input) {
        items_.push_back(std::forward<decltype(input)>(input));
      };
      while (items_.size() < chunk_ && !read_.is_last) read_.is_last = !inputs_.read(keep);
    } catch (const abi::__forced_unwind&) {
      throw;  // pthread_exit
    } catch (...) {
      read_.error = std::current_exception();
      read_.is_last = true;
    }
  }

  const std::shared_ptr<Pool> pool_;
  const Function function_;
  InputReader<Range> inputs_;
  const std::size_t chunk_;
  Computed<typename InputReader<Range>::Item>
      items_;  // of the chunk that was read and has not left
  Sent read_;  // what is to be said of it
};

}  // namespace gilfree::detail
