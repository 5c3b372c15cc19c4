// LockedQueue: items under one lock, of which a store says where each goes and which leaves next: what
// LifoQueue and PriorityQueue have in common.
//
//   | member of State | guards, or says                                            | written by               |
//   | mutex           | `store` and `closed`                                       | the thread that locks it |
//   | closed          | no put begins any more                                     | close()                  |
//   | store           | where the items are, and whether a death has damaged that  | the owner of `mutex`     |
//   | filled          | the event count that a get waits for; each put notifies it | puts, close()            |
//   | drained         | the event count that a put waits for; each get notifies it | gets, close()            |
//
// 1. Both sides lock, look, and where there is no room or no item, unlock, wait for the event count and look
//    again (ReadyGuard). No thread waits for room or for an item while it holds the mutex.
// 2. A notification wakes one waiter. One that leaves items, or room, behind passes it on (owed_wake_up.h).
// 3. The looks without the lock, in a wait, may be wrong: the next one under the lock decides.
//
// A store is a handle on a Store::State, which is shared, and on the memory behind it:
//
//   Store(State&, std::size_t capacity, std::byte* cells);   // bytes(capacity) of them; it keeps the capacity
//   std::uint64_t size(); bool has_room(need);               // for any thread, at any time
//   void put(item, need); T take<T>(); take_into(vector);     // under the lock; commit by one store
//   void repair();                                           // under the lock, after a death in it
//
// Crash       The next owner of the mutex learns of it (Locked::kAbandoned), has the store repaired, and
//             notifies both sides for the dead one. If it dies too, `damaged` tells the one after it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/deadline.h"
#include "gilfree/detail/base/cpu.h"
#include "gilfree/detail/base/shared_flag.h"
#include "gilfree/detail/base/thread_end.h"
#include "gilfree/detail/lock/mutex.h"
#include "gilfree/detail/memory/state_memory.h"
#include "gilfree/detail/queue/item_source.h"
#include "gilfree/detail/queue/item_store.h"
#include "gilfree/detail/queue/owed_wake_up.h"
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

  template <typename Missing = T>
  LockedQueue() : LockedQueue(Base::template no_capacity<Missing>()) {}

  // By name (named.h). One that exists keeps its capacity.
  LockedQueue(create_only_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        store_(open(state_memory_)) {}
  LockedQueue(open_only_t tag, std::string_view name)
      : state_memory_(tag, name), store_(open(state_memory_)) {}
  LockedQueue(open_or_create_t tag, std::string_view name, std::size_t capacity)
      : state_memory_(tag, name, Store::bytes(Base::checked(capacity)), capacity),
        store_(open(state_memory_)) {}

  // From now on puts throw; gets take what is left and then throw. Idempotent.
  void close() {
    (void)lock_until(kNever);
    state_memory_->closed.store(true, std::memory_order_release);
    unlock();
    state_memory_->filled.event_count.notify_all();
    state_memory_->drained.event_count.notify_all();
  }
  bool closed() const { return state_memory_->closed.load(std::memory_order_acquire); }

  // Returns how many items are inside. May have changed when it returns.
  std::size_t qsize() const { return std::min<std::uint64_t>(store_.size(), capacity()); }
  std::size_t capacity() const { return store_.capacity(); }

 protected:
  ~LockedQueue() {
    if constexpr (!std::is_trivially_destructible_v<T> && !S::kAcrossProcesses) {
      store_.destroy_items();
    }
  }

 private:
  friend Base;

  // An event count, and the CPU on which its notifier last ran.
  struct alignas(kApart) Side {
    EventCount<S> event_count;
    std::atomic<std::int32_t> cpu{kNoCpu};
  };
  struct State {
    using Element = T;
    static constexpr std::size_t kOnDemand = kMessageBytes<T, S>;

    explicit State(std::size_t items) : capacity(items) {}

    const std::uint64_t capacity;
    alignas(kApart) Mutex<S> mutex;
    SharedFlag closed;
    Side filled;                                             // notified after a put
    Side drained;                                            // notified after a get
    alignas(Store::kAlignment) typename Store::State store;  // the cells follow
  };

  // Locks the mutex and repairs what a dead owner left. False if the deadline came first.
  bool lock_until(Deadline deadline) {
    const auto locked = state_memory_->mutex.lock_inner_until(deadline);
    if (locked == Locked::kTooLate) return false;
    if (locked == Locked::kAbandoned) state_memory_->store.damaged = true;
    if (state_memory_->store.damaged) [[unlikely]]
      repair_or_unlock();
    return true;
  }
  void unlock() { state_memory_->mutex.unlock(); }
  [[gnu::noinline]] void repair_or_unlock() {
    try {
      repair();
    } catch (...) {  // `damaged` stays: the next owner of the lock tries again
      unlock();
      throw;
    }
  }

  static Store open(const StateMemory<State, S>& memory) {
    const std::uint64_t capacity =
        memory->capacity;  // read once: an unrelated process may change it
    if (!Store::fits(capacity, memory.bytes() - sizeof(State))) Base::throw_damaged();
    return Store(memory->store, capacity, reinterpret_cast<std::byte*>(&*memory + 1));
  }

  // After a death under the lock: an item may have come or gone without a notification.
  void repair() {
    store_.repair();
    state_memory_->store.damaged = false;
    state_memory_->filled.event_count.notify_all();
    state_memory_->drained.event_count.notify_all();
  }

  // ReadyGuard, for a put or a get: holds the lock with the queue ready for it, unless the deadline came first.
  // `check` throws if the queue is closed to it.
  template <typename Ready, typename Check>
  class ReadyGuard {
   public:
    ReadyGuard(LockedQueue& queue, Side& mine, Side& others, Ready ready, Check check,
               Deadline deadline)
        : queue_(queue), others_(others), ready_(ready), check_(check), wake_up_(mine.event_count) {
      while (!begin(deadline)) {
        if (is_late_) return;
        const auto waited =
            mine.event_count.wait(deadline, mine.cpu.load(std::memory_order_relaxed),
                                  [&] { return ready_() || queue_.closed(); });
        if (waited == Waited::kTooLate) return;
        wake_up_.after(waited);
      }
    }
    ~ReadyGuard() {
      if (!is_held()) return;
      others_.cpu.store(this_cpu(), std::memory_order_relaxed);
      if (wake_up_.is_owed() && !ready_()) wake_up_.cancel();
      queue_.unlock();
      others_.event_count.notify_one();
    }
    ReadyGuard(const ReadyGuard&) = delete;
    ReadyGuard& operator=(const ReadyGuard&) = delete;

    bool is_held() const { return is_held_; }

   private:
    bool begin(Deadline deadline) {
      is_late_ = !queue_.lock_until(deadline);
      if (is_late_) return false;
      try {
        check_();
        is_held_ = ready_();
      } catch (...) {  // closed, or Corrupted
        queue_.unlock();
        throw;
      }
      if (!is_held_) queue_.unlock();
      return is_held_;
    }

    LockedQueue& queue_;
    Side& others_;
    Ready ready_;
    Check check_;
    OwedWakeUp<S> wake_up_;  // one notify_one() wakes one worker, which may leave something behind
    bool is_held_ = false;
    bool is_late_ = false;  // the deadline came before the lock
  };

  auto lock_to_put(typename Store::Need need, Deadline deadline) {
    const auto ready = [this, need] { return store_.has_room(need); };
    const auto check = [this] {
      if (closed()) Base::throw_closed_to_put();
    };
    return ReadyGuard<decltype(ready), decltype(check)>(
        *this, state_memory_->drained, state_memory_->filled, ready, check, deadline);
  }
  auto lock_to_get(Deadline deadline) {
    const auto ready = [this] { return qsize() > 0; };
    const auto check = [this] {
      if (closed() && qsize() == 0) Base::throw_closed_to_get();
    };
    return ReadyGuard<decltype(ready), decltype(check)>(
        *this, state_memory_->filled, state_memory_->drained, ready, check, deadline);
  }

  template <typename Item>
  bool put_until(Item&& item, Deadline deadline) {
    const auto need = Store::need_of(item);
    const auto guard = lock_to_put(need, deadline);
    if (guard.is_held()) store_.put(std::forward<Item>(item), need);
    return guard.is_held();
  }
  template <typename Source>
  bool put_some(Source& source, Deadline deadline) {
    auto need = need_of_next<Store>(source);
    const auto guard = lock_to_put(need, deadline);
    if (!guard.is_held()) return false;
    do {
      store_.put(source.next(), need);
      source.advance();
      if (!source.has_next()) break;
      need = need_of_next<Store>(source);
    } while (store_.has_room(need));
    return true;
  }

  template <typename Result>
  Result take_until(Deadline deadline) {
    const auto guard = lock_to_get(deadline);
    if constexpr (!std::is_same_v<Result, T>) {
      if (!guard.is_held()) return std::nullopt;
    }
    return store_.template take<Result>();
  }
  void take_some(std::vector<T>& items, std::size_t most, Deadline deadline) {
    const auto guard = lock_to_get(deadline);
    if (!guard.is_held()) return;
    most = std::min(most, qsize());
    items.reserve(most);
    try {
      while (items.size() < most) store_.take_into(items);
    } catch (...) {  // those before the one that threw are returned
      if (items.empty() || is_end_of_thread()) throw;
    }
  }

  StateMemory<State, S> state_memory_;
  Store store_;
};

}  // namespace gilfree::detail
