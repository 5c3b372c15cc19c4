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
// Crash       An item is in the ring from the one store of `tail.at` on, and out of it from the one
//             store of `head.at` on; both are marked `commit`. A process killed at any point leaves
//             a ring, not a half-made one: there is nothing to repair, only to ring().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "primitives/core/doorbell.h"
#include "primitives/core/lag.h"
#include "primitives/core/patience.h"
#include "primitives/core/scope.h"

namespace gilfree::core {

template <typename Store, Scope S>
class Ring {
 public:
  using Position = typename Store::Position;

  // `cells`: the Store::bytes(capacity) bytes, at this distance from the ring in every mapping.
  Ring(std::size_t capacity, std::byte* cells)
      : store_(capacity), cells_(cells - reinterpret_cast<std::byte*>(this)) {}

  std::size_t capacity() const { return store_.capacity(); }
  std::uint64_t size() const {
    const auto taken = head_.at.load(std::memory_order_acquire);
    return store_.count(tail_.at.load(std::memory_order_acquire), taken);
  }

  // For the producer whose turn it is.
  template <typename Item>
  bool has_room(const Item& item) {
    const auto tail = tail_.at.load(std::memory_order_relaxed);
    if (store_.has_room(tail, producer_.seen, item)) [[likely]]
      return true;
    producer_.seen = head_.at.load(std::memory_order_acquire);
    if (!store_.has_room(tail, producer_.seen, item)) return false;
    if (producer_.lag.let_build_up([&] { return head_.now(); })) {
      producer_.seen = head_.at.load(std::memory_order_acquire);
    }
    return true;
  }
  template <typename Item>
  void write(Item&& item) {
    const auto tail = tail_.at.load(std::memory_order_relaxed);
    if constexpr (Store::kFetches) {
      producer_.asked = store_.fetch_to_write(cells(), producer_.asked, tail, producer_.seen);
    }
    const auto next = store_.write(cells(), tail, producer_.seen, std::forward<Item>(item));
    tail_.cpu.store(this_cpu(), std::memory_order_relaxed);
    tail_.at.store(next, std::memory_order_release);  // commit
    filled_.ring();
  }

  // For the consumer whose turn it is.
  bool has_item() {
    const auto head = head_.at.load(std::memory_order_relaxed);
    if (consumer_.seen != head) [[likely]]
      return true;
    consumer_.seen = tail_.at.load(std::memory_order_acquire);
    if (consumer_.seen == head) return false;
    if (consumer_.lag.let_build_up([&] { return tail_.now(); })) {
      consumer_.seen = tail_.at.load(std::memory_order_acquire);
    }
    return true;
  }
  template <typename Result>
  Result read() {
    const auto head = head_.at.load(std::memory_order_relaxed);
    if constexpr (Store::kFetches) {
      consumer_.asked = store_.fetch_to_read(cells(), consumer_.asked, head, consumer_.seen);
    }
    Position next;
    Result item = store_.template read<Result>(cells(), head, next);
    head_.cpu.store(this_cpu(), std::memory_order_relaxed);
    head_.at.store(next, std::memory_order_release);  // commit
    drained_.ring();
    return item;
  }

  // For anybody: wait, without a turn, until there may be room or an item, or `or_else()`.
  template <typename Item, typename OrElse, typename Hopeless>
  std::optional<Waited> await_room(const Item& item, Deadline deadline, OrElse or_else,
                                   Hopeless hopeless) {
    const auto ready = [&] {
      const auto head = head_.at.load(std::memory_order_acquire);
      return store_.has_room(tail_.at.load(std::memory_order_relaxed), head, item) || or_else();
    };
    return drained_.wait(deadline, head_.cpu.load(std::memory_order_relaxed), ready, hopeless);
  }
  template <typename OrElse, typename Hopeless>
  std::optional<Waited> await_item(Deadline deadline, OrElse or_else, Hopeless hopeless) {
    const auto ready = [&] {
      const auto head = head_.at.load(std::memory_order_relaxed);
      return tail_.at.load(std::memory_order_acquire) != head || or_else();
    };
    return filled_.wait(deadline, tail_.cpu.load(std::memory_order_relaxed), ready, hopeless);
  }

  void ring_producers() { drained_.ring(); }
  void ring_consumers() { filled_.ring(); }
  void ring_everyone() {
    filled_.ring_all();
    drained_.ring_all();
  }

 private:
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
    Lag lag;
  };

  std::byte* cells() { return reinterpret_cast<std::byte*>(this) + cells_; }

  const Store store_;
  const std::ptrdiff_t cells_;
  Notes producer_;
  Edge tail_;
  Notes consumer_;
  Edge head_;
  alignas(kApart) Doorbell<S> filled_;   // rung after each write
  alignas(kApart) Doorbell<S> drained_;  // rung after each read
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock table is not shared");

}  // namespace gilfree::core
