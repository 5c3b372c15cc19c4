// What <gilfree/bench/contender.h> does: contenders that a program adds at run time, where those of ours
// register themselves before main(). Each class is given the facts that ours have as members.
#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/lock_contention.h"
#include "scenarios/pipe_vs_queue.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/semaphore_pool.h"

namespace scenarios {

// What a program says of its contender, if it likes.
struct About {
  std::string label = "";       // what the report calls it; empty: its name
  std::string family = "mine";  // whose it is: those of a family have one colour
  std::string wait = "block";   // how it waits: block, spin, yield or adaptive
  // Of a queue.
  bool in_order = true;     // each producer's items arrive in the order in which they were put
  bool one_to_one = false;  // for one producer and one consumer only
};

namespace added {

template <typename C>
concept IsChannel = std::constructible_from<C, std::size_t> &&
    requires(C channel, const std::byte* in, std::byte* out) {
  channel.send(in);
  channel.receive(out);
};

template <typename L>
concept IsLock = std::default_initializable<L> && requires(L lock) {
  lock.lock();
  lock.unlock();
};

template <typename S>
concept IsSemaphore = std::constructible_from<S, int> && requires(S permits) {
  permits.acquire();
  permits.release();
};

template <typename P>
concept IsPool = std::constructible_from<P, int> &&
    requires(P pool, const Numbers& inputs, Numbers& outputs) {
  pool.map(inputs, std::size_t{1}, outputs);
};

template <typename Q, typename T>
concept Gives = requires(Q queue, T& item) {
  queue.get(item);
}
|| requires(Q queue, T& item) { item = queue.get(); };

template <template <typename> typename Q, typename T = Message<64>>
concept IsQueue = std::constructible_from<Q<T>, std::size_t> &&
    requires(Q<T> queue, const T& item) {
  queue.put(item);
} && Gives<Q<T>, T>;

// A template of more parameters, the others with defaults, as one of T alone.
template <template <typename...> typename Q>
struct WithDefaults {
  template <typename T>
  using Of = Q<T>;
};
template <template <typename, auto...> typename Q>
struct WithDefault {
  template <typename T>
  using Of = Q<T>;
};

// Says of a class what it says of T: that it shares itself across a fork.
template <typename T>
struct Shares {};
template <typename T>
requires requires { T::kSharesItself; }
struct Shares<T> {
  static constexpr bool kSharesItself = T::kSharesItself;
};

// An object of a class with the facts that add_contender() was given, which are read when it is registered. It is a
// member and not a base, so that the class may be final. It has the operations that the class has.
template <typename T>
struct Described : Shares<T> {
  template <typename... Arguments>
  requires std::constructible_from<T, Arguments...>
  explicit Described(Arguments&&... arguments) : held(std::forward<Arguments>(arguments)...) {}
  Described(const Described&) = delete;
  Described& operator=(const Described&) = delete;

  static inline Facts kFacts;
  T held;

  void lock() requires IsLock<T> { held.lock(); }
  void unlock() requires IsLock<T> { held.unlock(); }
  void acquire() requires IsSemaphore<T> { held.acquire(); }
  void release() requires IsSemaphore<T> { held.release(); }
};

template <typename C>
struct DescribedChannel : Described<C> {
  using Described<C>::Described;
  void send(const std::byte* message) { this->held.send(message); }
  void receive(std::byte* message) { this->held.receive(message); }
  void finish() requires requires(C& channel) { channel.finish(); }
  { this->held.finish(); }
  int depth() const {
    if constexpr (requires(const C& channel) { channel.depth(); }) return this->held.depth();
    return 0;
  }
};

template <typename P>
struct DescribedPool : Described<P> {
  using Described<P>::Described;
  static constexpr bool kCalls = requires(P pool) { pool.call(1); };
  static constexpr PoolTraits kTraits{.calls = kCalls};
  void map(const Numbers& inputs, std::size_t chunk, Numbers& outputs) {
    this->held.map(inputs, chunk, outputs);
  }
  int call(int x) {
    if constexpr (kCalls) return this->held.call(x);
    throw std::logic_error("this pool has no call()");
  }
};

template <template <typename> typename Q>
struct DescribedQueue {
  static inline Facts kFacts;
  static inline QueueTraits kTraits;

  template <std::size_t N, WorkerKind K>
  struct Of : Described<Q<Message<N>>> {
    using Described<Q<Message<N>>>::Described;
    void put(const Message<N>& message) { this->held.put(message); }
    void get(Message<N>& message) {
      if constexpr (requires(Q<Message<N>> queue) { queue.get(message); }) {
        this->held.get(message);
      } else {
        message = this->held.get();
      }
    }
  };
};

// Remembers for main() why a contender was refused.
void refuse(const std::string& name, const std::string& reason);

// Returns true if a contender may be called so: letters, digits and _ . -, and one label and family in all
// questions, of one line each, the family being none of ours. Refuses it otherwise.
bool is_usable(const std::string& name, const About& about);

// Puts into the roster what `add` registers, unless another contender has its name.
template <typename Entry, typename Add>
void add_to(const std::string& name, WorkerKind kind, Facts& facts, const About& about,
            std::string_view primitive, Add add) {
  if (!is_usable(name, about)) return;
  for (const Entry& known : Roster<Entry>::entries()) {
    if (known.name != name || (known.is_added && known.workers != kind)) continue;
    return refuse(name, "there is a contender of that name; choose another");
  }
  facts = {.name = name,
           .label = about.label.empty() ? std::string_view(name) : about.label,
           .family = about.family,
           .primitive = primitive,
           .wait = about.wait,
           .is_added = true};
  add();
}

template <typename C>
void add_channel(const std::string& name, const About& about) {
  using Made = DescribedChannel<C>;
  add_to<ChannelContender>(name, WorkerKind::kProcesses, Made::kFacts, about, "channel",
                           [] { scenarios::add_channel<Made>(); });
}

template <typename L, WorkerKind K>
void add_lock(const std::string& name, const About& about) {
  using Made = Described<L>;
  add_to<LockContender>(name, K, Made::kFacts, about, "lock",
                        [] { scenarios::add_lock<Made, K>(); });
}

template <typename S, WorkerKind K>
void add_semaphore(const std::string& name, const About& about) {
  using Made = Described<S>;
  add_to<SemaphoreContender>(name, K, Made::kFacts, about, "semaphore",
                             [] { scenarios::add_semaphore<Made, K>(); });
}

template <typename P, WorkerKind K>
void add_pool(const std::string& name, const About& about) {
  using Made = DescribedPool<P>;
  add_to<PoolContender>(name, K, Made::kFacts, about, "pool",
                        [] { scenarios::add_pool<Made, K>(); });
}

template <template <typename> typename Q, WorkerKind K>
void add_queue(const std::string& name, const About& about) {
  using Made = DescribedQueue<Q>;
  Made::kTraits = {.in_order = about.in_order, .one_to_one = about.one_to_one};
  add_to<QueueContender>(name, K, Made::kFacts, about, "queue",
                         [] { scenarios::add_queue<Made, K>(); });
}

// bench-all, with the contenders that were added. `share` has the scripts of an installed gilfree;
// nullptr: they are where this was built.
int main(int argc, char** argv, const char* share);

}  // namespace added
}  // namespace scenarios
