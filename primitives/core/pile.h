// Pile: items under one lock, of which a store says where each goes and which leaves next: what
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

#include "primitives/core/any_queue.h"
#include "primitives/core/doorbell.h"
#include "primitives/core/home.h"
#include "primitives/core/mutex.h"
#include "primitives/core/scope.h"
#include "primitives/core/store.h"

namespace gilfree::core {

template <typename Self, typename T, Scope S, typename Store>
class Pile : public AnyQueue<Self, T> {
  static_assert(must_travel<T, S>());
  using Base = AnyQueue<Self, T>;

 public:
  // Holds `capacity` items. Throws std::invalid_argument if that is zero.
  explicit Pile(std::size_t capacity)
      : home_(Store::bytes(Base::checked(capacity)), capacity), store_(open(home_)) {}

  // By name (named.h). One that exists keeps its capacity.
  Pile(create_only_t tag, std::string_view name, std::size_t capacity)
      : home_(tag, name, Store::bytes(Base::checked(capacity)), capacity), store_(open(home_)) {}
  Pile(open_only_t tag, std::string_view name) : home_(tag, name), store_(open(home_)) {}
  Pile(open_or_create_t tag, std::string_view name, std::size_t capacity)
      : home_(tag, name, Store::bytes(Base::checked(capacity)), capacity), store_(open(home_)) {}

  // Ends the flow: puts throw from now on, gets take what is left and then throw. Idempotent.
  void close() {
    {
      const Guard guard(*this);
      home_->closed.store(true, std::memory_order_release);
    }
    home_->filled.bell.ring_all();
    home_->drained.bell.ring_all();
  }
  bool closed() const { return home_->closed.load(std::memory_order_acquire); }

  // How many items are inside. Already history when it returns.
  std::size_t qsize() const { return store_.size(); }
  std::size_t capacity() const { return home_->capacity; }

 protected:
  ~Pile() {
    if constexpr (!std::is_trivially_destructible_v<T> && !S::kAcrossProcesses) {
      // Only this object can reach them now.
      for (std::optional<T> taken; qsize() > 0;) store_.take(taken);
    }
  }

 private:
  friend Base;

  // Rung by one kind of worker for the other, with the CPU that one was last seen on.
  struct alignas(kApart) Side {
    Doorbell<S> bell;
    std::atomic<std::int32_t> cpu{kNoCpu};
  };
  // `mutex` guards `store` and `closed`; both may be read without it.
  struct State {
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
    explicit Guard(Pile& pile) : mutex_(pile.home_->mutex) {
      if (mutex_.lock() == Locked::kAbandoned) pile.home_->store.damaged = true;
      if (!pile.home_->store.damaged) [[likely]]
        return;
      try {
        pile.repair();
      } catch (...) {  // the next one tries again
        mutex_.unlock();
        throw;
      }
    }
    ~Guard() { mutex_.unlock(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Mutex<S>& mutex_;
  };

  static Store open(const Home<State, S>& home) {
    const std::uint64_t capacity = home->capacity;  // read once: it may be a stranger's
    if (!Store::fits(capacity, home.bytes() - sizeof(State))) Base::throw_damaged();
    return Store(home->store, capacity, reinterpret_cast<std::byte*>(&*home + 1));
  }

  // After a death under the lock: an item may have come or gone and nobody been told.
  void repair() {
    store_.repair();
    home_->store.damaged = false;
    home_->filled.bell.ring_all();
    home_->drained.bell.ring_all();
  }

  // What a worker of one kind does: `work` under the lock, as soon as it is `ready` there.
  template <typename Ready, typename Check, typename Work>
  struct Job {
    Ready ready;
    Check check;  // throws if the queue is closed to this kind
    Work work;
    Side &mine, &others;
  };
  template <typename Ready, typename Check, typename Work>
  Job(Ready, Check, Work, Side&, Side&)
      -> Job<Ready, Check, Work>;  // clang 14 deduces no aggregate

  // False if the deadline came first.
  template <typename... Parts>
  bool run(Job<Parts...> job, Deadline deadline) {
    for (bool slept = false; !try_to(job, slept);) {
      const auto waited = job.mine.bell.wait(deadline, job.mine.cpu.load(std::memory_order_relaxed),
                                             [&] { return job.ready() || closed(); });
      if (!waited) return false;
      slept = slept || waited == Waited::kAsleep;
    }
    return true;
  }
  template <typename... Parts>
  bool try_to(Job<Parts...>& job, bool slept) {
    bool more;
    {
      const Guard guard(*this);
      job.check();
      if (!job.ready()) return false;
      job.work();
      job.others.cpu.store(this_cpu(), std::memory_order_relaxed);
      more = slept && job.ready();
    }
    job.others.bell.ring();
    // Each ring wakes one sleeper: who slept and leaves something behind wakes the next.
    if (more) job.mine.bell.ring();
    return true;
  }

  template <typename Item, typename Work>
  bool putting(const Item& first, Deadline deadline, Work work) {
    return run(Job{[&] { return store_.has_room(first); },
                   [&] {
                     if (closed()) Base::throw_closed_to_put();
                   },
                   work, home_->drained, home_->filled},
               deadline);
  }
  template <typename Work>
  bool taking(Deadline deadline, Work work) {
    return run(Job{[&] { return qsize() > 0; },
                   [&] {
                     if (closed() && qsize() == 0) Base::throw_closed_to_get();
                   },
                   work, home_->filled, home_->drained},
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

  Home<State, S> home_;
  Store store_;
};

}  // namespace gilfree::core
