// Ring: a bounded ring buffer for one producer and one consumer at a time, which survives kill -9.
//
//   if (ring.has_room(need)) ring.write(item, need);          // the producer
//   if (ring.has_item()) item = ring.template read<T>();      // the consumer
//
// Lamport's ring (1983) in which each side caches the other's index, as rigtorp's SPSCQueue does: it
// loads the other's cache line only when its cached copy no longer suffices. Queue lets one thread at
// a time be a side by a lock each, Pipe by its two ends. How an item lies in memory, and where, is the
// store's business (fixed_slots.h, variable_slots.h). A Ring is a handle on a RingState (ring_state.h) and the
// store.
//
// Each side prefetches the lines of items to come (`fetched`). One that has caught up with the other pauses a
// moment, so that one transfer of a line carries several items (`batch_delay`): docs/adr/0005-cache-lines-in-flight.md.
//
// 1. From head.at to tail.at there are 0 to capacity items: store.count(tail.at, head.at).
// 2. `seen`, a side's copy of the other's position, may be old, but never ahead: it shows less room, or fewer items,
//    than there are.
// 3. An item is in the ring from one store of tail.at on, and out of it from one store of head.at on,
//    both marked `commit`: releases that the other side's load acquires.
// 4. After its commit the producer notifies `filled`, the consumer `drained`: there the other one waits.
//
// Crash       By 3 a death leaves a whole ring: there is nothing to repair. The next owner of the side's
//             lock gives the notification of rule 4, which the dead one may have owed: notify_both_sides().
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/thread_end.h"
#include "gilfree/detail/queue/accounts.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/detail/queue/ring_state.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

// How many threads have lately used this side of a ring.
enum class Waiters { kOne, kMany };

template <typename Store, Scope S>
class Ring {
 public:
  using Position = typename Store::Position;
  using Need = typename Store::Need;  // what has_room() must know of an item (item_source.h)
  using State = RingState<Position, S>;

  Ring(State& state, Store store) : state_(&state), store_(store) {}

  std::size_t capacity() const { return store_.capacity(); }
  std::uint64_t size() const {
    const auto taken = state_->head.at.load(std::memory_order_acquire);
    const auto count = store_.count(state_->tail.at.load(std::memory_order_acquire), taken);
    return std::min<std::uint64_t>(count, capacity());  // the tail was read later than the head
  }
  Position head() const { return state_->head.at.load(std::memory_order_acquire); }

  // --- For the producer.
  bool has_room(Need need) {
    if (store_.has_room(state_->tail.now(), state_->producer.seen, need)) [[likely]]
      return true;
    return look_for_room(need);
  }
  // Writes and commits an item, after has_room(need).
  template <typename Item>
  void write(Item&& item, Need need) {
    auto& mine = state_->producer;
    const auto tail = state_->tail.now();
    store_if_changed(mine.fetched, store_.fetch_to_write(mine.fetched, tail, mine.seen));
    commit(state_->tail, store_.write(tail, mine.seen, std::forward<Item>(item), need));
    state_->filled.notify_one();
  }
  // Fast path for an item with Store::kHasFastWrite: a few stores and no call. If it returns false, the slow
  // one is needed: has_room(need), write(item, need). It does not store the CPU, so `tail` must have it already.
  [[gnu::always_inline]] bool can_write_fast() const {
    return store_.has_room(state_->tail.now(), state_->producer.seen, Need{}) &&
           state_->tail.last_cpu() == this_cpu_if_known();
  }
  // After can_write_fast(). True if finish_write_fast() must follow.
  template <typename Item>
  [[gnu::always_inline]] bool write_fast(const Item& item) {
    auto& mine = state_->producer;
    const auto tail = state_->tail.now();
    const auto next = store_.write(tail, mine.seen, item);
    state_->tail.at.store(next, std::memory_order_release);  // commit
    return state_->filled.has_waiters() ||
           store_.should_fetch_to_write(mine.fetched, next, mine.seen);
  }
  [[gnu::noinline]] void finish_write_fast() {
    auto& mine = state_->producer;
    mine.fetched = store_.fetch_to_write(mine.fetched, state_->tail.now(), mine.seen);
    state_->filled.notify_one();
  }
  // After has_room(need) for the next item: writes it and as many behind it as there is room for, and
  // commits them by one store.
  template <typename Source>
  void write_many(Source& source, Need need) {
    auto& mine = state_->producer;
    auto next = state_->tail.now();
    try {
      do {
        mine.fetched = store_.fetch_to_write(mine.fetched, next, mine.seen);
        next = store_.write(next, mine.seen, source.next(), need);
        source.advance();
        if (!source.has_next()) break;
        need = need_of_next<Store>(source);
      } while (store_.has_room(next, mine.seen, need));
    } catch (...) {  // those before the one that threw are in
      commit(state_->tail, next);
      state_->filled.notify_one();
      throw;
    }
    commit(state_->tail, next);
    state_->filled.notify_one();
  }

  // --- For the consumer.
  bool has_item() {
    if (state_->consumer.seen != state_->head.now()) [[likely]]
      return true;
    return look_for_item();
  }
  // Removes and returns the first item, after has_item(). The observer counts what is taken out (accounts.h).
  template <typename Result, typename ReadObserver = NoReadObserver>
  Result read(ReadObserver read_observer = {}) {
    read_observer.open();
    auto& mine = state_->consumer;
    const auto head = state_->head.now();
    store_if_changed(mine.fetched, store_.fetch_to_read(mine.fetched, head, mine.seen));
    Position next;
    Result item = store_.template read<Result>(head, next);
    read_observer.before(1, next);
    store_.discard(head, next);
    commit(state_->head, next);
    read_observer.after();
    state_->drained.notify_one();
    return item;
  }
  // The same for up to `most`, into an empty vector; one commit for all. If one of them cannot be read,
  // those before it are there, and it is the first next time. If reading one ends the thread (thread_end.h), those before it are
  // out of the ring, and end with it.
  template <typename Items, typename ReadObserver = NoReadObserver>
  void read_many(Items& items, std::size_t most, ReadObserver read_observer = {}) {
    read_observer.open();
    auto& mine = state_->consumer;
    const auto head = state_->head.now();
    if (store_.count(mine.seen, head) < most) {
      mine.seen = state_->tail.at.load(std::memory_order_acquire);
    }
    most = std::min({most, capacity(), std::size_t{store_.count(mine.seen, head)}});
    items.reserve(most);
    auto next = head;
    const auto remove_those_read = [&] {
      read_observer.before(items.size(), next);
      store_.discard(head, next);
      commit(state_->head, next);
      read_observer.after();
      state_->drained.notify_one();
    };
    try {
      while (items.size() < most) {
        mine.fetched = store_.fetch_to_read(mine.fetched, next, mine.seen);
        next = store_.append(items, next);
      }
    } catch (...) {
      if (items.empty()) throw;
      if (is_end_of_thread()) {
        remove_those_read();
        throw;
      }
    }
    remove_those_read();
  }

  // Destroys all items, for the last object that can reach them.
  void destroy_items() {
    const auto tail = state_->tail.now();
    store_.discard(state_->head.now(), tail);
    state_->head.at.store(tail, std::memory_order_relaxed);
  }

  // For any thread: wait until there may be room or an item, or `or_else()`.
  template <typename OrElse, typename Hopeless>
  Waited await_room(Need need, Waiters waiters, Deadline deadline, OrElse or_else,
                    Hopeless hopeless) const {
    const auto ready = [&] {
      const auto head = state_->head.at.load(std::memory_order_acquire);
      return store_.has_room(state_->tail.now(), head, need) || or_else();
    };
    return state_->drained.wait(deadline, policy(state_->drained, state_->head, waiters), ready,
                                hopeless);
  }
  template <typename OrElse, typename Hopeless>
  Waited await_item(Waiters waiters, Deadline deadline, OrElse or_else, Hopeless hopeless) const {
    const auto ready = [&] {
      const auto head = state_->head.now();
      return state_->tail.at.load(std::memory_order_acquire) != head || or_else();
    };
    return state_->filled.wait(deadline, policy(state_->filled, state_->tail, waiters), ready,
                               hopeless);
  }

  // Prefetches the first line of the next item while waiting for it, so that it arrives together with
  // the tail. A queue's ping-pong gains a tenth by it, a pipe's loses a twentieth.
  void fetch_next() const { store_.fetch_next(state_->head.now()); }

  void notify_both_sides() const {
    state_->filled.notify_all();
    state_->drained.notify_all();
  }
  EventCount<S>& filled() const { return state_->filled; }
  EventCount<S>& drained() const { return state_->drained; }

 private:
  using Edge = typename State::Edge;

  // Loads the other side's edge into `seen`. If it shows little room, or few items, waits a moment for more
  // (adaptive_batch_delay.h). Then leaves out what lies in the cache line that the other side is working in,
  // unless there is nothing else.
  [[gnu::noinline]] bool look_for_room(Need need) {
    auto& mine = state_->producer;
    const auto tail = state_->tail.now();
    const auto seen = state_->head.at.load(std::memory_order_acquire);
    if (store_.count(tail, seen) > capacity()) throw_corrupted_contents();
    mine.seen = seen;
    if (!store_.has_room(tail, mine.seen, need)) return false;
    if (!store_.has_much_room(tail, mine.seen) &&
        mine.batch_delay.wait_for_more([&] { return state_->head.now(); })) {
      mine.seen = state_->head.at.load(std::memory_order_acquire);
    }
    const auto whole = store_.whole_lines(mine.seen);
    if (store_.has_room(tail, whole, need)) mine.seen = whole;
    return true;
  }

  [[gnu::noinline]] bool look_for_item() {
    auto& mine = state_->consumer;
    const auto head = state_->head.now();
    const auto seen = state_->tail.at.load(std::memory_order_acquire);
    if (store_.count(seen, head) > capacity()) throw_corrupted_contents();
    mine.seen = seen;
    if (seen == head) return false;
    if (store_.count(mine.seen, head) < capacity() / 4 &&
        mine.batch_delay.wait_for_more([&] { return state_->tail.now(); })) {
      mine.seen = state_->tail.at.load(std::memory_order_acquire);
    }
    const auto whole = store_.whole_lines(mine.seen);
    if (store_.count(whole, head) - 1 < capacity()) mine.seen = whole;  // if whole is ahead of head
    return true;
  }

  static SpinPolicy policy(const EventCount<S>& object, const Edge& theirs, Waiters waiters) {
    return waiters == Waiters::kOne ? SpinPolicy(theirs.last_cpu(), &object)
                                    : SpinPolicy::among_many(theirs.last_cpu());
  }

  static void commit(Edge& edge, Position next) {
    if (const auto cpu = this_cpu(); edge.last_cpu() != cpu) [[unlikely]]
      edge.cpu.store(cpu, std::memory_order_relaxed);
    edge.at.store(next, std::memory_order_release);  // commit
  }
  // Saves a store: it would wait in the store buffer behind an earlier one whose cache line is still on its way.
  static void store_if_changed(Position& to, Position value) {
    if (to != value) to = value;
  }

  State* state_;
  Store store_;
};

}  // namespace gilfree::detail
