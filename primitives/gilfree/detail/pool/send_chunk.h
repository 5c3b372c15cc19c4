// send_chunk: takes a chunk of inputs from a range and sends it to a pool, for result_source.h.
#pragma once

#include <cxxabi.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>

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

// A forced unwind has no object to refer to, which UBSan would complain of.
template <typename Result, typename Pool, typename Function, typename Reader>
__attribute__((no_sanitize("null"))) typename ResultSource<Result>::Sent send_chunk(
    Pool& pool, const Function& function, Reader& inputs, std::size_t chunk,
    const std::shared_ptr<AnySharedResult::Event>& event_count) {
  typename ResultSource<Result>::Sent sent;
  Computed<typename Reader::Item> items;
  try {
    const auto keep = [&](auto&& input) { items.push_back(std::forward<decltype(input)>(input)); };
    while (items.size() < chunk && !sent.is_last) sent.is_last = !inputs.read(keep);
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit
  } catch (...) {
    sent.error = std::current_exception();
    sent.is_last = true;
  }
  const std::size_t count = items.size();
  if (count == 0) return sent;
  try {
    for (const auto& item : items) sent.weight += weight_of(item);
    sent.job =
        post_each<Calls::kItem, Result>(pool, function, std::move(items), chunk,
                                        {.event_count = event_count, .entry = Entry::kSource});
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    if (!pool.accepts(Entry::kSource)) {
      return {.is_last = true, .error = std::current_exception()};
    }
    sent.job = std::make_shared<SharedResult<Result>>(count, event_count);
    for (std::size_t item = 0; item < count; ++item) {
      sent.job->fail(item, std::current_exception());
    }
  }
  return sent;
}

}  // namespace gilfree::detail
