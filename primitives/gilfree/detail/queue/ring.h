// Ring: items on their way from one producer at a time to one consumer at a time, in order.
//
//   if (ring.has_room(item)) ring.write(item);               // the producer whose turn it is
//   if (ring.has_item()) item = ring.template read<T>();     // the consumer whose turn it is
//
// The floor below Queue, which gives turns by two locks, and Pipe, whose ends have one user each. It
// is the classic single-producer single-consumer ring (Lamport 1983) with each side's view of the
// other cached (rigtorp's SPSCQueue, MCRingBuffer): a side looks at the other's line only when what
// it saw last no longer suffices.
//
// A Ring is a handle on a RingState, which is shared, and the store's memory.
//
// Crash       An item is in the ring from the one store of `tail.at` on, and out of it from the one
//             store of `head.at` on; both are marked `commit`. A process killed at any point leaves
//             a ring, not a half-made one: there is nothing to repair, only to ring().
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/queue/adaptive_batch_delay.h"
#include "gilfree/detail/queue/contents_check.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename Position, Scope S>
struct RingState {
  // Written by one side, read by the other.
  struct alignas(kApart) Edge {
    std::atomic<Position> at{0};
    std::atomic<std::int32_t> cpu{kNoCpu};  // where it was last written

    Position now() const { return at.load(std::memory_order_relaxed); }
  };
  // One side's own notes, written in its turn.
  struct alignas(kApart) Notes {
    Position seen{0};   // where it last saw the other side's edge
    Position asked{0};  // up to where it has asked for the lines of items to come
    AdaptiveBatchDelay batch_delay;
  };

  Notes producer;
  Edge tail;
  Notes consumer;
  Edge head;
  alignas(kApart) EventCount<S> filled;   // rung after each write
  alignas(kApart) EventCount<S> drained;  // rung after each read
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock table is not shared");

// Is told of each read, under the consumers' lock: open() before an item is moved, which may throw;
// then before(items, head) and after(), around the commit of the new head, which may not.
struct NoReadObserver {
  void open() {}
  void before(std::uint64_t, std::uint64_t) noexcept {}
  void after() noexcept {}
};

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

  // For the producer whose turn it is.
  bool has_room(Need need) {
    if (store_.has_room(state_->tail.now(), state_->producer.seen, need)) [[likely]]
      return true;
    return look_for_room(need);
  }
  // After has_room(need).
  template <typename Item>
  void write(Item&& item, Need need) {
    auto& mine = state_->producer;
    const auto tail = state_->tail.now();
    change(mine.asked, store_.fetch_to_write(mine.asked, tail, mine.seen));
    commit(state_->tail, store_.write(tail, mine.seen, std::forward<Item>(item), need));
    state_->filled.notify_one();
  }
  // The short way, for an item that Store::kWritesAtOnce: a few stores and no call. False if it must go
  // the long way: has_room(need), write(item, need).
  [[gnu::always_inline]] bool can_write_at_once() const {
    return store_.has_room(state_->tail.now(), state_->producer.seen, Need{}) &&
           cpu_of(state_->tail) == this_cpu_if_known();
  }
  // After that. True if there is more to do: after_write().
  template <typename Item>
  [[gnu::always_inline]] bool write_at_once(const Item& item) {
    auto& mine = state_->producer;
    const auto tail = state_->tail.now();
    const auto next = store_.write(tail, mine.seen, item);
    state_->tail.at.store(next, std::memory_order_release);  // commit
    return state_->filled.has_waiters() ||
           store_.should_fetch_to_write(mine.asked, next, mine.seen);
  }
  [[gnu::noinline]] void after_write() {
    auto& mine = state_->producer;
    mine.asked = store_.fetch_to_write(mine.asked, state_->tail.now(), mine.seen);
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
        mine.asked = store_.fetch_to_write(mine.asked, next, mine.seen);
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

  // For the consumer whose turn it is.
  bool has_item() {
    if (state_->consumer.seen != state_->head.now()) [[likely]]
      return true;
    return look_for_item();
  }
  // After has_item().
  template <typename Result, typename ReadObserver = NoReadObserver>
  Result read(ReadObserver read_observer = {}) {
    read_observer.open();
    auto& mine = state_->consumer;
    const auto head = state_->head.now();
    change(mine.asked, store_.fetch_to_read(mine.asked, head, mine.seen));
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
  // those before it are there, and it is the first next time.
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
    try {
      while (items.size() < most) {
        mine.asked = store_.fetch_to_read(mine.asked, next, mine.seen);
        next = store_.append(items, next);
      }
    } catch (...) {
      if (items.empty()) throw;
    }
    read_observer.before(items.size(), next);
    store_.discard(head, next);
    commit(state_->head, next);
    read_observer.after();
    state_->drained.notify_one();
  }

  // Destroys all that is inside, for the last object that can reach it.
  void destroy_items() {
    const auto tail = state_->tail.now();
    store_.discard(state_->head.now(), tail);
    state_->head.at.store(tail, std::memory_order_relaxed);
  }

  // For anybody: wait, without a turn, until there may be room or an item, or `or_else()`.
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

  // For who waits for an item: asks for its first line, so that it is on its way together with the edge
  // that says that it has come. A queue's ping-pong gains a tenth by it, a pipe's loses a twentieth.
  void fetch_next() const { store_.fetch_next(state_->head.now()); }

  void notify_both_sides() const {
    state_->filled.notify_all();
    state_->drained.notify_all();
  }
  EventCount<S>& filled() const { return state_->filled; }
  EventCount<S>& drained() const { return state_->drained; }

 private:
  using Edge = typename State::Edge;

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
    if (store_.count(whole, head) - 1 < capacity()) mine.seen = whole;
    return true;
  }

  [[gnu::always_inline]] static std::int32_t cpu_of(const Edge& edge) {
    return edge.cpu.load(std::memory_order_relaxed);
  }

  static SpinPolicy policy(const EventCount<S>& object, const Edge& theirs, Waiters waiters) {
    return waiters == Waiters::kOne ? SpinPolicy(cpu_of(theirs), &object)
                                    : SpinPolicy::among_many(cpu_of(theirs));
  }

  static void commit(Edge& edge, Position next) {
    if (const auto cpu = this_cpu(); cpu_of(edge) != cpu) [[unlikely]]
      edge.cpu.store(cpu, std::memory_order_relaxed);
    edge.at.store(next, std::memory_order_release);  // commit
  }
  // A store less, where it would stand behind one that waits for its line.
  static void change(Position& to, Position value) {
    if (to != value) to = value;
  }

  State* state_;
  Store store_;
};

}  // namespace gilfree::detail
