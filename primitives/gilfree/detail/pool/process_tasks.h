// A call in another process: how it is encoded, and how a worker decodes and runs it.
//
//   auto job = post_call<int>(pool, function, std::tuple(1, 2));                // of a ProcessPool
//   auto all = post_each<Calls::kItem, int>(pool, function, inputs, chunk);     // chunk by chunk
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/copy.h"
#include "gilfree/detail/memory/wire.h"
#include "gilfree/detail/pool/call.h"
#include "gilfree/detail/pool/inputs.h"
#include "gilfree/detail/pool/process_pool.h"
#include "gilfree/detail/pool/record_ring.h"
#include "gilfree/detail/pool/shared_result.h"
#include "gilfree/detail/pool/state.h"
#include "gilfree/detail/process/callable_bytes.h"

namespace gilfree::detail {

// --- In the worker.

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

// A RunTask. `bytes`: the function, then the items as Wire wrote them. (A forced unwind has no object to
// refer to, which UBSan would complain of.)
template <Calls how, typename Function, typename Item, typename Result>
__attribute__((no_sanitize("null"))) void run_items(const TaskHead& task, const std::byte* bytes,
                                                    Delivery& results) {
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

// --- In the pool's process.

template <typename Function, typename Item, typename Result>
void check_that_it_travels() {
  static_assert(std::is_trivially_copyable_v<Function>,
                "a process pool calls a function, a captureless lambda or a trivially copyable "
                "callable: pass what it captures as arguments, or use th::Pool");
  static_assert(can_travel<Item>,
                "an argument cannot travel between processes: make it trivially copyable "
                "without pointers, or write a gilfree::Codec for its type");
  static_assert(std::is_void_v<Result> || can_travel<Result>,
                "the result cannot travel between processes: make it trivially copyable "
                "without pointers, or write a gilfree::Codec for its type");
}

// What a task gets, written already.
class WrittenBytes {
 public:
  template <typename Write>
  WrittenBytes(std::size_t count, const Write& write) : count_(count) {
    RecordRing::check(count);
    bytes_ = std::make_unique_for_overwrite<std::byte[]>(count);
    write(bytes_.get());
  }
  void operator()(std::byte* to) const { copy_bytes(to, bytes_.get(), count_); }

 private:
  std::size_t count_;
  std::unique_ptr<std::byte[]> bytes_;
};

// What writes an Item into a task, for ProcessPool::submit(), which calls it under the pool's mutex. A Codec may
// take as long as it likes, so it is called before.
template <typename Item, typename Write>
auto writer_of(std::size_t bytes, Write write) {
  if constexpr (has_codec_of_user<Item>) {
    return WrittenBytes(bytes, write);
  } else {
    return write;
  }
}

template <typename Result, typename Function, typename Arguments>
std::shared_ptr<SharedResult<Result>> post_call(ProcessPool& pool, Function function,
                                                Arguments arguments, PostOptions options = {}) {
  check_that_it_travels<Function, Arguments, Result>();
  auto job = std::make_shared<SharedResult<Result>>(1);
  if (options.callback) pool.prepare_callbacks();
  job->call_back(std::move(options.callback), &pool);
  const auto bytes = sizeof function + Wire<Arguments>::size(arguments);
  const auto write = [&](std::byte* to) {
    Wire<Arguments>::write(arguments, write_function(function, to));
  };
  pool.submit(job, 0, 1, &run_items<Calls::kArguments, Function, Arguments, Result>, bytes,
              writer_of<Arguments>(bytes, write), options.entry);
  return job;
}

// One chunk: `count` inputs from `begin` on, for the job's items from `at` on. Each is looked up once: a
// range may compute another element the second time. False if the pool had no room for it until the deadline.
template <Calls how, typename Item, typename Result, typename Function, typename Iterator>
bool post_chunk(ProcessPool& pool, const std::shared_ptr<SharedResult<Result>>& job, std::size_t at,
                std::size_t count, const Function& function, Iterator begin, Entry entry,
                Deadline deadline) {
  const auto submit = [&](std::size_t bytes, const auto& write_items) {
    bytes += sizeof function;
    const auto write = [&](std::byte* to) { write_items(write_function(function, to)); };
    if constexpr (has_codec_of_user<Item>) {  // it writes nothing that finds no room
      if (deadline != kNever && !pool.await_room(bytes, entry, deadline)) return false;
    }
    return pool.submit(job, at, static_cast<std::uint32_t>(count),
                       &run_items<how, Function, Item, Result>, bytes,
                       writer_of<Item>(bytes, write), entry, deadline);
  };
  if constexpr (Shareable<Item> && std::contiguous_iterator<Iterator>) {
    return submit(count * sizeof(Item), [&](std::byte* to) {
      copy_bytes(to, std::to_address(begin), count * sizeof(Item));
    });
  } else {
    std::vector<std::remove_reference_t<std::iter_reference_t<Iterator>>*> inputs(count);
    for (auto& input : inputs) input = std::addressof(*begin++);
    std::size_t bytes = 0;
    for (const auto* input : inputs) bytes += Wire<Item>::size(*input);
    return submit(bytes, [&](std::byte* to) {
      for (const auto* input : inputs) to = Wire<Item>::write(*input, to);
    });
  }
}

// A call for each of `inputs`, which exist already (inputs.h) and have left when it returns. Null if the pool had no room
// for them until the deadline: then none has left.
template <Calls how, typename Result, typename Function, typename Inputs>
std::shared_ptr<SharedResult<Result>> post_each(ProcessPool& pool, Function function, Inputs inputs,
                                                std::size_t chunk, PostOptions options = {}) {
  using Item = std::ranges::range_value_t<Inputs>;
  check_that_it_travels<Function, Item, Result>();
  const std::size_t count = std::ranges::size(inputs);
  auto job = std::make_shared<SharedResult<Result>>(count, std::move(options.event_count));
  if (options.callback) pool.prepare_callbacks();
  job->call_back(std::move(options.callback), &pool);
  const auto first = std::ranges::begin(inputs);
  for (std::size_t at = 0; at < count; at += chunk) {
    if (!post_chunk<how, Item>(pool, job, at, std::min(chunk, count - at), function, first + at,
                               options.entry, options.deadline)) {
      return nullptr;
    }
  }
  if (count == 0) pool.call_back_at_once(*job);
  return job;
}

// What post_each() gets of items that are kept until they have left.
template <typename Items>
Inputs<Items&> inputs_of(const ProcessPool&, Items& items) {
  return Inputs<Items&>(items);
}

inline std::shared_ptr<ResultOwner> owner_of(const std::shared_ptr<ProcessPool>& pool) {
  return pool;
}

}  // namespace gilfree::detail
