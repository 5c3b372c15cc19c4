// Queue: a bounded first-in-first-out queue shared by threads or by processes.
//
//   mp::Queue<Job> jobs(64);                                          // made before the fork,
//   mp::Process worker([&] { while (true) run(jobs.get()); });        // inherited by the child
//   jobs.put(job);
//
// Python's multiprocessing.Queue without its pipe, its feeder thread and its pickling: an item is
// copied once into shared memory and once out of it. Between threads it is moved.
//
// Order       First in, first out over all producers: if put(a) returned before put(b) began, a
//             leaves first.
// Cost        O(1): one lock and one copy of T. No system call unless someone has to sleep or be
//             woken. Memory is fixed at construction: capacity items rounded up to a power of two,
//             and 1.5 KiB; for messages (std::string, ...) as much as the longest ones need.
// Blocking    put waits while the queue is full, get while it is empty: awake for some 50 us, then
//             asleep; try_ never waits; _for and _until wait at most that long. No fairness: a
//             running worker may overtake one that is waking.
// Errors      "Full", "empty" and "too late" are answers: false or nullopt. Closed is thrown by a
//             put after close(), and by a get once a closed queue has been drained. Capacity 0
//             throws std::invalid_argument, a message over 1 GiB std::length_error, more than 1023
//             threads at once std::system_error, no memory std::bad_alloc or Boost's
//             interprocess_exception.
// Visibility  put(x) synchronizes with the get that returns x: what a worker wrote before the one
//             is seen after the other. qsize() synchronizes with nothing.
// Crash       A process may be killed at any instruction. The item it was moving has moved or it
//             has not: never torn, never twice. The others carry on; one that was asleep may wake
//             up to core::kHeartbeat (20 ms) late. An item already got by a process that dies is
//             gone with it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include "primitives/core/home.h"
#include "primitives/core/ring.h"
#include "primitives/core/scope.h"
#include "primitives/core/store.h"
#include "primitives/core/turn.h"
#include "primitives/errors.h"

namespace gilfree {

template <typename T, Scope S = Processes>
class Queue {
  static_assert(core::CanTravel<T, S>,
                "this type cannot travel between processes: make it trivially copyable without "
                "pointers, or write a gilfree::Codec for it");

 public:
  // Holds `capacity` items. Throws std::invalid_argument if that is zero.
  explicit Queue(std::size_t capacity) : state_(Store::bytes(checked(capacity)), capacity) {}
  ~Queue() {
    if constexpr (!std::is_trivially_destructible_v<T> && !S::kAcrossProcesses) {
      while (try_get_left()) continue;
    }
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Appends `item`, waiting while the queue is full.
  void put(const T& item) { (void)put_until(item, kNever); }
  void put(T&& item) { (void)put_until(std::move(item), kNever); }

  // The same without waiting, or waiting no longer than told. False if the queue was full; an item
  // given by && has then not been moved from.
  [[nodiscard]] bool try_put(const T& item) { return put_until(item, Deadline::min()); }
  [[nodiscard]] bool try_put(T&& item) { return put_until(std::move(item), Deadline::min()); }
  [[nodiscard]] bool try_put_for(const T& item, std::chrono::nanoseconds patience) {
    return put_until(item, after(patience));
  }
  [[nodiscard]] bool try_put_for(T&& item, std::chrono::nanoseconds patience) {
    return put_until(std::move(item), after(patience));
  }
  [[nodiscard]] bool try_put_until(const T& item, Deadline deadline) {
    return put_until(item, deadline);
  }

  // Removes and returns the oldest item, waiting while the queue is empty.
  T get() {
    GetTurn turn(*this, kNever);
    return state_->ring.template read<T>();
  }

  // The same without waiting, or waiting no longer than told. Nothing if the queue was empty.
  [[nodiscard]] std::optional<T> try_get() { return try_get_until(Deadline::min()); }
  [[nodiscard]] std::optional<T> try_get_for(std::chrono::nanoseconds patience) {
    return try_get_until(after(patience));
  }
  [[nodiscard]] std::optional<T> try_get_until(Deadline deadline) {
    GetTurn turn(*this, deadline);
    if (!turn.has_item()) return std::nullopt;
    return state_->ring.template read<std::optional<T>>();
  }

  // Ends the flow: puts throw from now on, gets drain what is left and then throw. Idempotent.
  void close() {
    const core::TurnGuard guard(state_->putting, [] {});
    state_->closed.store(true, std::memory_order_release);
    state_->ring.ring_everyone();
  }
  bool closed() const { return state_->closed.load(std::memory_order_acquire); }

  // How many items are inside. Already history when it returns.
  std::size_t qsize() const { return state_->ring.size(); }
  bool empty() const { return qsize() == 0; }
  bool full() const { return qsize() >= capacity(); }
  std::size_t capacity() const { return state_->ring.capacity(); }

 private:
  using Store = core::StoreOf<T, S>;

  // `putting` guards the producer's side of `ring` and `closed`, `getting` the consumer's side.
  struct State {
    explicit State(std::size_t capacity)
        : ring(capacity, reinterpret_cast<std::byte*>(this + 1)) {}  // cells follow the state

    alignas(core::kApart) core::Turn<S> putting;
    alignas(core::kApart) core::Turn<S> getting;
    alignas(core::kApart) std::atomic<bool> closed{false};  // away from what consumers write
    core::Ring<Store, S> ring;
  };

  // A turn at the consumer's side, with an item there or without if the deadline came first.
  class GetTurn {
   public:
    GetTurn(Queue& queue, Deadline deadline) : state_(*queue.state_) {
      while (!begin()) {
        if (closed_and_drained()) throw Closed("gilfree::Queue::get: closed, and nothing is left");
        const auto waited = state_.ring.await_item(
            deadline, [&] { return is_closed(); }, kHope);
        if (!waited) return;
        slept_ = slept_ || waited == core::Waited::kAsleep;
      }
    }
    ~GetTurn() {
      if (!holding_) return;
      // Each put wakes one sleeper: who slept and leaves something behind wakes the next.
      if (slept_ && state_.ring.has_item()) state_.ring.ring_consumers();
      state_.getting.unlock();
    }
    bool has_item() const { return holding_; }

   private:
    bool begin() {
      // The dead owner may have taken an item and not rung: ring for it.
      if (state_.getting.lock() == core::Locked::kAbandoned) state_.ring.ring_everyone();
      holding_ = state_.ring.has_item();
      if (!holding_) state_.getting.unlock();
      return holding_;
    }
    bool is_closed() const { return state_.closed.load(std::memory_order_acquire); }
    bool closed_and_drained() const { return is_closed() && state_.ring.size() == 0; }

    State& state_;
    bool holding_ = false;
    bool slept_ = false;
  };

  static constexpr auto kHope = [] { return false; };

  static std::size_t checked(std::size_t capacity) {
    if (capacity == 0) throw std::invalid_argument("gilfree::Queue: capacity must be positive");
    return capacity;
  }

  template <typename Item>
  bool put_until(Item&& item, Deadline deadline) {
    auto& state = *state_;
    for (bool slept = false;;) {
      {
        // The dead owner may have put an item and not rung: ring for it.
        const core::TurnGuard guard(state.putting, [&] { state.ring.ring_everyone(); });
        if (state.closed.load(std::memory_order_relaxed)) {
          throw Closed("gilfree::Queue::put: the queue has been closed");
        }
        if (state.ring.has_room(item)) [[likely]] {
          state.ring.write(std::forward<Item>(item));
          if (slept) state.ring.ring_producers();  // each get wakes one; there may be room for more
          return true;
        }
      }
      const auto waited = state.ring.await_room(
          item, deadline, [&] { return closed(); }, kHope);
      if (!waited) return false;
      slept = slept || waited == core::Waited::kAsleep;
    }
  }

  // What is left when the queue goes: only this object can still reach it.
  bool try_get_left() {
    if (!state_->ring.has_item()) return false;
    (void)state_->ring.template read<T>();
    return true;
  }

  core::Home<State, S> state_;
};

}  // namespace gilfree
