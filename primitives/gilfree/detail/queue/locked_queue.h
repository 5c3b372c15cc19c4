// LockedQueue: items under one lock, of which a store says where each goes and which leaves next: what
// LifoQueue and PriorityQueue have in common.
//
// A store is a handle on a Store::State, which is shared, and on the memory behind it:
//
//   Store(State&, std::size_t capacity, std::byte* cells);   // bytes(capacity) of them
//   std::uint64_t size(); bool has_room(item);               // for anybody, at any time
//   void put(item); void take(std::optional<T>&);            // under the lock; commit by one store
//   void repair();                                           // under the lock, after a death in it
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/queue_interface.h"
#include "gilfree/detail/wait/event_count.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename Self, typename T, Scope S, typename Store>
class LockedQueue : public AnyQueue<Self, T> {
  static_assert(must_travel<T, S>());
  using Base = AnyQueue<Self, T>;

 public:
  // Holds `capacity` items. Throws std::invalid_argument if that is zero.
  explicit LockedQueue(std::size_t capacity)
      : state_memory_(Store::bytes(Base::checked(capacity)), capacity),
        store_(open(state_memory_)) {}

  // By name (named.h). One that exists keeps its capacity.
  LockedQueue(create_only_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        store_(open(state_memory_)) {}
  LockedQueue(open_only_t tag, std::string_view name)
      : state_memory_(tag, name), store_(open(state_memory_)) {}
  LockedQueue(open_or_create_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        store_(open(state_memory_)) {}

  // Ends the flow: puts throw from now on, gets take what is left and then throw. Idempotent.
  void close() {
    {
      const Guard guard(*this);
      state_memory_->closed.store(true, std::memory_order_release);
    }
    state_memory_->filled.event_count.notify_all();
    state_memory_->drained.event_count.notify_all();
  }
  bool closed() const { return state_memory_->closed.load(std::memory_order_acquire); }

  // How many items are inside. Already history when it returns.
  std::size_t qsize() const { return store_.size(); }
  std::size_t capacity() const { return state_memory_->capacity; }

 protected:
  ~LockedQueue() {
    if constexpr (!std::is_trivially_destructible_v<T> && !S::kAcrossProcesses) {
      // Only this object can reach them now.
      for (std::optional<T> taken; qsize() > 0;) store_.take(taken);
    }
  }

 private:
  friend Base;

  // Rung by one kind of worker for the other, with the CPU that one was last seen on.
  struct alignas(kApart) Side {
    EventCount<S> event_count;
    std::atomic<std::int32_t> cpu{kNoCpu};
  };
  // `mutex` guards `store` and `closed`; both may be read without it.
  struct State {
    using Element = T;
    static constexpr std::size_t kOnDemand = kMessageBytes<T, S>;

    explicit State(std::size_t items) : capacity(items) {}

    const std::uint64_t capacity;
    alignas(kApart) Mutex<S> mutex;
    std::atomic<bool> closed{false};
    Side filled;                                  // rung after a put
    Side drained;                                 // rung after a get
    alignas(kApart) typename Store::State store;  // the cells follow
  };

  class Guard {
   public:
    // It is false if the deadline came first.
    explicit Guard(LockedQueue& pile, Deadline deadline = kNever)
        : mutex_(pile.state_memory_->mutex) {
      const auto locked = mutex_.lock_until(deadline);
      is_held_ = locked.has_value();
      if (!locked) return;
      if (locked == Locked::kAbandoned) pile.state_memory_->store.damaged = true;
      if (!pile.state_memory_->store.damaged) [[likely]]
        return;
      try {
        pile.repair();
      } catch (...) {  // the next one tries again
        mutex_.unlock();
        throw;
      }
    }
    ~Guard() {
      if (is_held_) mutex_.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    explicit operator bool() const { return is_held_; }

   private:
    Mutex<S>& mutex_;
    bool is_held_ = false;
  };

  static Store open(const StateMemory<State, S>& home) {
    const std::uint64_t capacity = home->capacity;  // read once: it may be a stranger's
    if (!Store::fits(capacity, home.bytes() - sizeof(State))) Base::throw_damaged();
    return Store(home->store, capacity, reinterpret_cast<std::byte*>(&*home + 1));
  }

  // After a death under the lock: an item may have come or gone and nobody been told.
  void repair() {
    store_.repair();
    state_memory_->store.damaged = false;
    state_memory_->filled.event_count.notify_all();
    state_memory_->drained.event_count.notify_all();
  }

  // What a worker of one kind does: `work` under the lock, as soon as it is `ready` there.
  template <typename Ready, typename Check, typename Work>
  struct Operation {
    Ready ready;
    Check check;  // throws if the queue is closed to this kind
    Work work;
    Side &mine, &others;
  };
  template <typename Ready, typename Check, typename Work>
  Operation(Ready, Check, Work, Side&, Side&)
      -> Operation<Ready, Check, Work>;  // clang 14 deduces no aggregate

  // False if the deadline came first.
  template <typename... Parts>
  bool run(Operation<Parts...> operation, Deadline deadline) {
    for (bool slept = false;;) {
      const auto outcome = try_to(operation, slept, deadline);
      if (outcome != Outcome::kNotReady) return outcome == Outcome::kDone;
      const auto waited = operation.mine.event_count.wait(
          deadline, operation.mine.cpu.load(std::memory_order_relaxed),
          [&] { return operation.ready() || closed(); });
      if (!waited) return false;
      slept = slept || waited == Waited::kAsleep;
    }
  }
  enum class Outcome { kDone, kNotReady, kTooLate };
  template <typename... Parts>
  Outcome try_to(Operation<Parts...>& operation, bool slept, Deadline deadline) {
    bool more;
    {
      const Guard guard(*this, deadline);
      if (!guard) return Outcome::kTooLate;
      operation.check();
      if (!operation.ready()) return Outcome::kNotReady;
      operation.work();
      operation.others.cpu.store(this_cpu(), std::memory_order_relaxed);
      more = slept && operation.ready();
    }
    operation.others.event_count.notify_one();
    // Each ring wakes one sleeper: who slept and leaves something behind wakes the next.
    if (more) operation.mine.event_count.notify_one();
    return Outcome::kDone;
  }

  template <typename Item, typename Work>
  bool putting(const Item& first, Deadline deadline, Work work) {
    return run(Operation{[&] { return store_.has_room(first); },
                         [&] {
                           if (closed()) Base::throw_closed_to_put();
                         },
                         work, state_memory_->drained, state_memory_->filled},
               deadline);
  }
  template <typename Work>
  bool taking(Deadline deadline, Work work) {
    return run(Operation{[&] { return qsize() > 0; },
                         [&] {
                           if (closed() && qsize() == 0) Base::throw_closed_to_get();
                         },
                         work, state_memory_->filled, state_memory_->drained},
               deadline);
  }

  template <typename Item>
  bool put_until(Item&& item, Deadline deadline) {
    return putting(item, deadline, [&] { store_.put(std::forward<Item>(item)); });
  }
  template <typename Iterator, typename End>
  bool put_some(Iterator& item, const End& end, std::size_t& count, Deadline deadline) {
    return putting(*item, deadline, [&] {
      do {
        store_.put(*item);
        ++item, ++count;
      } while (item != end && store_.has_room(*item));
    });
  }

  template <typename Result>
  Result take_until(Deadline deadline) {
    std::optional<T> taken;
    (void)taking(deadline, [&] { store_.take(taken); });
    if constexpr (std::is_same_v<Result, T>) {
      return *std::move(taken);
    } else {
      return taken;
    }
  }
  void take_some(std::vector<T>& items, std::size_t most, Deadline deadline) {
    (void)taking(deadline, [&] {
      items.reserve(std::min<std::size_t>(most, qsize()));
      for (std::optional<T> taken; items.size() < most && qsize() > 0;) {
        store_.take(taken);
        items.push_back(*std::move(taken));
      }
    });
  }

  StateMemory<State, S> state_memory_;
  Store store_;
};

}  // namespace gilfree::detail
