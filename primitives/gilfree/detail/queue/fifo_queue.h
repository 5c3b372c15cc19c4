// Fifo: a ring with a lock at either side: what Queue and JoinableQueue have in common.
//
//   producers ──▶ put_mutex ──▶ ring ──▶ get_mutex ──▶ consumers
//
//   | member of State | guards, or says                                    | written by                          |
//   | put_mutex       | the producer's side of `ring`, and `closed`        | producers, close()                  |
//   | get_mutex       | the consumer's side of `ring`, and `accounts`      | consumers                           |
//   | closed          | no put begins any more                             | close()                             |
//   | ring            | where the items are, and two event counts (ring.h) | the side that holds its mutex       |
//   | accounts        | what a JoinableQueue counts besides (accounts.h)   | consumers                           |
//
// 1. The ring is for one producer and one consumer: the two that hold the mutexes.
// 2. A thread that is often alone at its side owns the mutex's bias, and then enters and leaves it by plain stores
//    (biased_mutex.h). The fast paths, put_until and take_until, are for the owner of the bias.
// 3. All others take the slow path: lock, look, and where there is no room or no item, unlock, wait for the event count
//    and look again. No thread waits for room or for an item while it holds a mutex.
// 4. A put notifies one consumer, a get one producer. One that was woken and leaves items, or room, behind passes the
//    wake-up on, also when it leaves by an exception (owed_wake_up.h).
// 5. `closed` is written under put_mutex: when close() has returned, no put is under way, and the items that are inside
//    are the last.
//
// docs/reading.md has the steps of a put and of a get, with the function and the file of each.
//
// Crash       The ring is whole after a death (ring.h, 3). The next to take the dead thread's mutex learns of it
//             (Locked::kAbandoned), notifies both sides for it, and has the accounts repaired: repair().
#pragma once

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
#include "gilfree/detail/base/shared_flag.h"
#include "gilfree/detail/lock/biased_mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/queue/accounts.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/owed_wake_up.h"
#include "gilfree/detail/queue/queue_interface.h"
#include "gilfree/detail/queue/ring.h"
#include "gilfree/detail/queue/ring_state.h"
#include "gilfree/scope.h"

namespace gilfree::detail {

template <typename Self, typename T, Scope S, typename Accounts = NoAccounts>
class Fifo : public AnyQueue<Self, T> {
  static_assert(must_travel<T, S>());
  using Base = AnyQueue<Self, T>;

 public:
  // Holds `capacity` items. Throws std::invalid_argument if that is zero.
  explicit Fifo(std::size_t capacity)
      : state_memory_(Store::bytes(Base::checked(capacity)), capacity),
        ring_(open(state_memory_)) {}

  template <typename Missing = T>
  Fifo() : Fifo(Base::template no_capacity<Missing>()) {}

  // By name (named.h). One that exists keeps its capacity.
  Fifo(create_only_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        ring_(open(state_memory_)) {}
  Fifo(open_only_t tag, std::string_view name)
      : state_memory_(tag, name), ring_(open(state_memory_)) {}
  Fifo(open_or_create_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        ring_(open(state_memory_)) {}

  // From now on puts throw; gets take what is left and then throw. Idempotent.
  void close() {
    const BiasedGuard guard(state_memory_->put_mutex, [] {});
    state_memory_->closed.store(true, std::memory_order_release);
    ring_.notify_both_sides();
  }
  [[gnu::always_inline]] bool closed() const {
    return state_memory_->closed.load(std::memory_order_acquire);
  }

  // Returns how many items are inside. May have changed when it returns.
  std::size_t qsize() const { return ring_.size(); }
  std::size_t capacity() const { return ring_.capacity(); }

 protected:
  ~Fifo() {
    if constexpr (!std::is_trivially_destructible_v<T> && !S::kAcrossProcesses) {
      ring_.destroy_items();
    }
  }

  Accounts& accounts() const { return state_memory_->accounts; }

  // Takes the consumers' lock, for a derived class.
  auto lock_consumers(Deadline deadline = kNever) {
    return BiasedGuard(state_memory_->get_mutex, deadline, [this] { repair(); });
  }

 private:
  friend Base;
  using Store = ItemStore<T, S>;

  struct alignas(Store::kAlignment) State {
    using Element = T;
    static constexpr std::size_t kOnDemand = kMessageBytes<T, S>;

    explicit State(std::size_t items) : capacity(items) {}

    const std::uint64_t capacity;
    alignas(kApart) BiasedMutex<S> put_mutex;
    alignas(kApart) BiasedMutex<S> get_mutex;
    alignas(kApart) SharedFlag closed;  // away from what consumers write
    RingState<typename Store::Position, S> ring;
    Accounts accounts;  // the cells follow
  };

  // Holds the consumers' lock with an item there, or does not hold it if the deadline came first.
  class ItemLock {
   public:
    // `is_empty`: the caller has just looked, and begins with the wait.
    ItemLock(Fifo& queue, Deadline deadline, bool is_empty = false)
        : queue_(queue), wake_up_(queue.ring_.filled()) {
      for (; is_empty || !begin(deadline); is_empty = false) {
        if (is_late_) return;
        if (queue_.closed() && queue_.qsize() == 0) Base::throw_closed_to_get();
        if (deadline == kNow) return;
        const auto closed = [&] {
          queue_.ring_.fetch_next();
          return queue_.closed();
        };
        const auto waited = queue_.ring_.await_item(waiters(queue_.state_memory_->get_mutex),
                                                    deadline, closed, kNeverHopeless);
        if (waited == Waited::kTooLate) return;
        wake_up_.after(waited);
      }
    }
    ~ItemLock() {
      if (!holding_) return;
      if (wake_up_.is_owed() && queue_.qsize() == 0) wake_up_.cancel();
      queue_.state_memory_->get_mutex.unlock();
    }
    ItemLock(const ItemLock&) = delete;
    ItemLock& operator=(const ItemLock&) = delete;

    bool has_item() const { return holding_; }

   private:
    bool begin(Deadline deadline) {
      const auto locked = queue_.state_memory_->get_mutex.lock_until(deadline);
      is_late_ = locked == Locked::kTooLate;
      if (is_late_) return false;
      if (locked == Locked::kAbandoned) queue_.repair();
      try {
        holding_ = queue_.ring_.has_item();
      } catch (...) {  // Corrupted
        queue_.state_memory_->get_mutex.unlock();
        throw;
      }
      if (!holding_) queue_.state_memory_->get_mutex.unlock();
      return holding_;
    }

    Fifo& queue_;
    OwedWakeUp<S> wake_up_;  // each put wakes one consumer, which may leave items behind
    bool holding_ = false;
    bool is_late_ = false;  // the deadline came before the lock
  };

  // A bias owner has lately been the only thread at its side, so it waits alone.
  static Waiters waiters(const BiasedMutex<S>& side) {
    return side.is_biased_to_me() ? Waiters::kOne : Waiters::kMany;
  }

  static constexpr auto kNeverHopeless = [] { return false; };  // EventCount::wait's last argument

  static Ring<Store, S> open(const StateMemory<State, S>& memory) {
    const std::uint64_t capacity =
        memory->capacity;  // read once: an unrelated process may change it
    if (!Store::fits(capacity, memory.bytes() - sizeof(State))) Base::throw_damaged();
    return {memory->ring, Store(capacity, reinterpret_cast<std::byte*>(&*memory + 1))};
  }

  // After a consumer has died holding the lock: it may have taken an item and not notified.
  void repair() {
    state_memory_->accounts.repair(ring_.head());
    ring_.notify_both_sides();
  }

  // Fast path for small items. Slow paths are tail calls, so there is no stack frame
  // (docs/adr/0005-cache-lines-in-flight.md, 10).
  template <typename Item>
  [[gnu::always_inline]] bool put_until(Item&& item, Deadline deadline) {
    if constexpr (Store::template kHasFastWrite<Item>) {
      auto& mutex = state_memory_->put_mutex;
      if (mutex.is_biased_to_me()) [[likely]] {
        if (!mutex.enter_biased() || closed() || !ring_.can_write_fast()) [[unlikely]]
          return unlock_and_put_slow(item, deadline);
        if (ring_.write_fast(item)) [[unlikely]]
          return finish_put_fast();
        if (!mutex.leave_biased()) [[unlikely]]
          return notify_left();
        return true;
      }
    }
    return put_slow(std::forward<Item>(item), deadline);
  }
  template <typename Item>
  [[gnu::noinline]] bool put_slow(Item&& item, Deadline deadline) {
    const auto need =
        Store::need_of(item);  // may throw, so it is asked before anything is waited for
    return put_locked(need, deadline, [&] { ring_.write(std::forward<Item>(item), need); });
  }
  [[gnu::noinline]] bool unlock_and_put_slow(const T& item, Deadline deadline) {
    state_memory_->put_mutex.unlock();
    return put_slow(item, deadline);
  }
  [[gnu::noinline]] bool finish_put_fast() {
    ring_.finish_write_fast();
    state_memory_->put_mutex.unlock();
    return true;
  }
  [[gnu::noinline]] bool notify_left() {
    state_memory_->put_mutex.notify_left();
    return true;
  }
  template <typename Source>
  bool put_some(Source& source, Deadline deadline) {
    const auto need = need_of_next<Store>(source);
    return put_locked(need, deadline, [&] { ring_.write_many(source, need); });
  }

  // Calls `write` under the producers' lock when there is room. False if the deadline came first.
  template <typename Write>
  bool put_locked(typename Store::Need need, Deadline deadline, Write write) {
    OwedWakeUp<S> wake_up(
        ring_.drained());  // each get wakes one producer; there may be room for more
    while (true) {
      {
        // The dead owner may have put an item without notifying: notify for it.
        const BiasedGuard guard(state_memory_->put_mutex, deadline,
                                [&] { ring_.notify_both_sides(); });
        if (!guard) return false;
        if (state_memory_->closed.load(std::memory_order_relaxed)) Base::throw_closed_to_put();
        if (ring_.has_room(need)) [[likely]] {
          write();
          return true;
        }
      }
      const auto waited = ring_.await_room(
          need, waiters(state_memory_->put_mutex), deadline, [&] { return closed(); },
          kNeverHopeless);
      if (waited == Waited::kTooLate) return false;
      wake_up.after(waited);
    }
  }

  // Fast path for the bias owner when an item is there. Else an ItemLock, which may wait.
  template <typename Result>
  Result take_until(Deadline deadline) {
    bool is_empty = false;
    if (const BiasedEntry entry(state_memory_->get_mutex); entry) [[likely]] {
      if (ring_.has_item()) [[likely]]
        return ring_.template read<Result>(accounts().read_observer());
      is_empty = true;
    }
    return take_slow<Result>(deadline, is_empty);
  }
  template <typename Result>
  [[gnu::noinline]] Result take_slow(Deadline deadline, bool is_empty) {
    ItemLock lock(*this, deadline, is_empty);
    if constexpr (!std::is_same_v<Result, T>) {
      if (!lock.has_item()) return std::nullopt;
    }
    return ring_.template read<Result>(accounts().read_observer());
  }
  void take_some(std::vector<T>& items, std::size_t most, Deadline deadline) {
    ItemLock lock(*this, deadline);
    if (lock.has_item()) ring_.read_many(items, most, accounts().read_observer());
  }

  StateMemory<State, S> state_memory_;
  Ring<Store, S> ring_;
};

}  // namespace gilfree::detail
