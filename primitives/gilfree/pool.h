// Pool: workers that run calls, in processes or in threads.
//
//   int square(int x) { return x * x; }
//   mp::Pool pool(4);
//   int one = pool.apply(square, 3);
//   std::vector<int> all = pool.map(square, inputs);
//   auto later = pool.apply_async(square, 5);   ...   later.get();
//   for (const int result : pool.imap(square, inputs)) use(result);     // one at a time
//   pool.close(), pool.join();                                          // lets everything finish
//
// Python's multiprocessing.Pool, and its ThreadPool as th::Pool. Between processes, what is called is a function, a captureless
// lambda or a trivially copyable callable (what it captures by reference must have been made before the pool: a primitive,
// mostly); arguments and results travel by codec.h. Between threads, anything goes.
//
// Order       Calls are begun in the order they were made. map gives results in the order of the inputs.
// Cost        Between processes, a call is one record in shared memory and its result another, and so it is with a chunk of
//             inputs; no worker sleeps while there is work. Making the pool forks its workers.
// Blocking    apply, map, starmap until the results are there; the _async forms only while 16384 calls or
//             chunks are under way, or 512 KiB of arguments wait for a worker. join until all is done. close, terminate and the rest wait for no call, but
//             terminate does for a callback that has begun, and between threads for calls that have.
// Errors      RemoteError for a call that threw, with its type and text; a map throws the first of its
//             inputs' errors when all are done. Closed by calls after close() or terminate(), and by
//             results that terminate() has prevented. std::logic_error: join() of an open pool, use in
//             another process than the one that made it. std::invalid_argument: no workers. If the
//             initializer throws, that is what every call becomes; if no worker survives it, WorkerLost.
// Visibility  Between threads, what came before the call is seen by it, and what it did after get().
// Crash       A worker that dies, however it dies, loses the one call it was at: WorkerLost says how it
//             died. Inputs of a chunk that it had finished keep their results, those that it had not
//             begun are run by another. It is replaced at once. If the pool's process dies, the workers are
//             killed, as whichever user; one whose task has changed it, after the task. Nothing is run twice.
//
// The end     The destructor terminates: it does not wait for calls that are not done. close() and
//             then join() let everything finish. After either, no process and no memory is left. In a
//             process that has dropped its privileges terminate() takes up to half a second more.
// Forks       A worker, also a later one, is a copy of the process when the pool was made, in one thread.
#pragma once

#include "gilfree/version.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/async_result.h"
#include "gilfree/deadline.h"
#include "gilfree/detail/pool/call.h"
#include "gilfree/detail/pool/callback.h"
#include "gilfree/detail/pool/inputs.h"
#include "gilfree/detail/pool/process_pool.h"
#include "gilfree/detail/pool/process_tasks.h"
#include "gilfree/detail/pool/result_source.h"
#include "gilfree/detail/pool/send_chunk.h"
#include "gilfree/detail/pool/thread_pool.h"
#include "gilfree/detail/pool/thread_tasks.h"
#include "gilfree/pool_options.h"
#include "gilfree/pool_results.h"
#include "gilfree/process.h"
#include "gilfree/scope.h"

namespace gilfree {

// Use it in the process that made it; several threads may use it at once.
template <Scope S = Processes>
class Pool {
  // The types of results, from the types of a function and its arguments.
  using Calls = detail::Calls;
  template <Calls how, typename Function, typename Item>
  using ResultOf = detail::ResultOf<how, Function, Item>;
  template <typename... Arguments>
  using Row = std::tuple<detail::Kept<Arguments>...>;
  template <typename Range>
  using ItemOf = std::ranges::range_value_t<Range>;
  template <typename Result>
  using AllOf = std::conditional_t<std::is_void_v<Result>, void,
                                   std::vector<typename detail::SharedResult<Result>::Value>>;
  // The callbacks of a call. A type that is not deduced, so that braces will do.
  template <typename Function, typename... Arguments>
  using CallbacksOf = PoolCallbacks<
      typename detail::ResultIf<Calls::kArguments, Function, Row<Arguments...>>::type>;
  template <Calls how, typename Function, typename Range>
  using CallbacksOfAll =
      PoolCallbacks<AllOf<typename detail::ResultIf<how, Function, ItemOf<Range>>::type>>;

 public:
  // Starts the workers, by default one for each CPU that this process may use.
  explicit Pool(int workers = cpu_count(), PoolOptions options = {}) {
    if (workers < 1) throw std::invalid_argument("gilfree::Pool: at least one worker is needed");
    if constexpr (S::kAcrossProcesses) {
      engine_ = std::make_shared<Engine>(workers, std::move(options.initializer),
                                         options.max_tasks_per_child);
    } else {
      engine_ = Engine::make(workers, std::move(options.initializer));
    }
  }
  // Terminates, as below; in a forked child it leaves the pool to its parent.
  ~Pool() { let_go(); }
  // A pool that was moved from throws std::logic_error from every member but its destructor.
  Pool(Pool&&) noexcept = default;
  Pool& operator=(Pool&& from) noexcept {
    std::swap(engine_, from.engine_);
    return *this;
  }

  // Calls function(arguments...) in a worker. apply waits and returns the result; apply_async returns an
  // AsyncResult at once.
  template <typename Function, typename... Arguments>
  auto apply(Function function, Arguments&&... arguments) {
    return apply_async(std::move(function), std::forward<Arguments>(arguments)...).get();
  }
  template <typename Function, typename... Arguments>
  auto apply_async(Function function, Arguments&&... arguments) {
    return call<Function, Arguments...>(detail::NoCallbacks(), std::move(function),
                                        std::forward<Arguments>(arguments)...);
  }
  // The same, and calls a callback with the result, or another with the exception, before it is ready:
  //   apply_async({.callback = [](int result) { ... }}, function, arguments...)
  template <typename Function, typename... Arguments>
  auto apply_async(CallbacksOf<Function, Arguments...> callbacks, Function function,
                   Arguments&&... arguments) {
    return call<Function, Arguments...>(std::move(callbacks), std::move(function),
                                        std::forward<Arguments>(arguments)...);
  }

  // Calls function(input) for each input, `chunk` of them at a time; 0 makes four chunks a worker. map waits
  // and returns a vector of the results; map_async returns an AsyncResult of that vector at once.
  template <typename Function, typename Range>
  auto map(Function function, Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kItem>(std::move(function),
                                detail::Inputs<Range>(std::forward<Range>(inputs)), chunk)
        .get();
  }
  template <typename Function, typename Input>
  auto map(Function function, std::initializer_list<Input> inputs, std::size_t chunk = 0) {
    using Range = const std::initializer_list<Input>&;
    return spread<Calls::kItem>(std::move(function), detail::Inputs<Range>(inputs), chunk).get();
  }
  template <typename Function, typename Range>
  auto map_async(Function function, Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kItem>(std::move(function), kept(std::forward<Range>(inputs)), chunk);
  }
  // The same, and calls a callback with all results before they are ready:
  //   map_async({.callback = [](const std::vector<int>& results) { ... }}, function, inputs)
  template <typename Function, typename Range>
  auto map_async(CallbacksOfAll<Calls::kItem, Function, Range> callbacks, Function function,
                 Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kItem>(std::move(function), kept(std::forward<Range>(inputs)), chunk,
                                std::move(callbacks));
  }

  // The same, where each input is a tuple of arguments: function(std::get<0>(input), ...).
  template <typename Function, typename Range>
  auto starmap(Function function, Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kRow>(std::move(function),
                               detail::Inputs<Range>(std::forward<Range>(inputs)), chunk)
        .get();
  }
  template <typename Function, typename Range>
  auto starmap_async(Function function, Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kRow>(std::move(function), kept(std::forward<Range>(inputs)), chunk);
  }
  template <typename Function, typename Range>
  auto starmap_async(CallbacksOfAll<Calls::kRow, Function, Range> callbacks, Function function,
                     Range&& inputs, std::size_t chunk = 0) {
    return spread<Calls::kRow>(std::move(function), kept(std::forward<Range>(inputs)), chunk,
                               std::move(callbacks));
  }

  // As map, but returns the results one at a time, as PoolResults (pool_results.h). Inputs are taken from
  // `inputs` while results are asked for, so an lvalue must live as long. imap gives results in the
  // order of the inputs, imap_unordered as they come.
  template <typename Function, typename Range>
  auto imap(Function function, Range&& inputs, std::size_t chunk = 1) {
    return one_by_one(std::move(function), std::forward<Range>(inputs), chunk, true);
  }
  template <typename Function, typename Range>
  auto imap_unordered(Function function, Range&& inputs, std::size_t chunk = 1) {
    return one_by_one(std::move(function), std::forward<Range>(inputs), chunk, false);
  }

  // Takes no more calls. Those that have been made are run, those of imap included.
  void close() { engine().close(); }
  // Takes no more calls and drops those that have been made: their results throw Closed. It kills worker
  // processes in the middle of a call; threads finish theirs.
  void terminate() { engine().terminate(); }
  // Waits until a pool that was closed or terminated has come to its end.
  void join() { engine().join(); }

  // Returns how many workers there are; a dead one that is being replaced counts.
  int workers() const { return engine().workers(); }
  // Returns the ids of the worker processes. One that was just killed may be among them.
  std::vector<pid_t> pids() const requires S::kAcrossProcesses { return engine().pids(); }

 private:
  using Engine = std::conditional_t<S::kAcrossProcesses, detail::ProcessPool, detail::ThreadPool>;

  // Returns what runs the calls. Throws std::logic_error if it may not be used here.
  Engine& engine() const {
    if (!engine_) {
      throw std::logic_error("gilfree::Pool: moved from; use the one it was moved to");
    }
    if (engine_->is_inherited()) {
      throw std::logic_error(
          "gilfree::Pool: only the process that made the pool may use it; make another one here");
    }
    return *engine_;
  }
  // Terminates the pool, unless this process is a forked child: the pool is its parent's.
  void let_go() {
    if (engine_ && !engine_->is_inherited()) engine_->terminate();
  }

  std::shared_ptr<detail::ResultOwner> owner() const { return detail::owner_of(engine_); }

  // Sends one call and returns its AsyncResult.
  template <typename Function, typename... Arguments, typename Callbacks>
  auto call(Callbacks callbacks, Function function, Arguments&&... arguments) {
    static_assert((std::is_constructible_v<detail::Kept<Arguments>, Arguments&&> && ...),
                  "an argument of apply cannot be copied: std::move it to the pool");
    using Items = Row<Arguments...>;
    using Result = ResultOf<Calls::kArguments, Function, Items>;
    using How = detail::Gathered<Result>;
    auto job = detail::post_call<Result>(
        engine(), std::move(function), Items(std::forward<Arguments>(arguments)...),
        {.callback = detail::callback_for<How, Result>(std::move(callbacks))});
    return AsyncResult<Result, S>::template of<How>(std::move(job), owner());
  }

  // Returns the inputs as the call keeps them. Across processes they have been sent when it returns, so a
  // reference will do; between threads they are copied.
  template <typename Range>
  static auto kept(Range&& inputs) {
    if constexpr (S::kAcrossProcesses) {
      return detail::Inputs<Range>(std::forward<Range>(inputs));
    } else {
      return copied(inputs);
    }
  }
  template <typename Range>
  static auto copied(Range&& inputs) {
    detail::Computed<ItemOf<Range>> items;
    for (auto&& input : inputs) items.push_back(std::forward<decltype(input)>(input));
    return items;
  }

  // Returns how many inputs to send at a time: four chunks a worker, as in Python.
  std::size_t chunk_for(std::size_t inputs, std::size_t asked) const {
    if (asked != 0) return std::min<std::size_t>(asked, detail::kMostInChunk);
    const auto chunks = std::size_t{4} * engine_->workers();
    return std::clamp<std::size_t>((inputs + chunks - 1) / chunks, 1, detail::kMostInChunk);
  }

  // Sends all inputs as one call and returns its AsyncResult. A range that computes its elements does so
  // here, once each, in the calling thread.
  template <Calls how, typename Function, typename Items, typename Callbacks = detail::NoCallbacks>
  auto spread(Function function, Items inputs, std::size_t chunk, Callbacks callbacks = {}) {
    if constexpr (!(std::ranges::random_access_range<Items> && detail::Existing<Items>)) {
      return spread<how>(std::move(function), copied(inputs), chunk, std::move(callbacks));
    } else {
      using Result = ResultOf<how, Function, ItemOf<Items>>;
      using How =
          std::conditional_t<std::is_void_v<Result>, detail::Gathered<void>, detail::Many<Result>>;
      auto& pool = engine();
      chunk = chunk_for(std::ranges::size(inputs), chunk);
      auto job = detail::post_each<how, Result>(
          pool, std::move(function), std::move(inputs), chunk,
          {.callback = detail::callback_for<How, Result>(std::move(callbacks))});
      return AsyncResult<AllOf<Result>, S>::template of<How>(std::move(job), owner());
    }
  }

  // Begins to send inputs and returns their PoolResults; more are sent while results are taken.
  template <typename Function, typename Range>
  auto one_by_one(Function function, Range&& inputs, std::size_t chunk, bool in_order) {
    using Result = ResultOf<Calls::kItem, Function, ItemOf<Range>>;
    using Source = detail::ResultSource<Result>;
    (void)engine();
    chunk = std::clamp<std::size_t>(chunk, 1, detail::kMostInChunk);
    auto sender = std::make_shared<detail::ChunkSender<Result, Engine, Function, Range>>(
        engine_, std::move(function), std::forward<Range>(inputs), chunk);
    auto send = [sender](auto& event, Deadline deadline) { return (*sender)(event, deadline); };
    auto source = std::make_shared<Source>(
        owner(), std::move(send),
        [pool = engine_](detail::TaskSource& ended) { pool->end_source(ended); }, in_order,
        !detail::Existing<Range>);
    engine_->begin_source(source);
    source->begin();
    return PoolResults<Result, S>(std::move(source));
  }

  std::shared_ptr<Engine> engine_;
};

}  // namespace gilfree
