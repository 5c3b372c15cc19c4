// Hostile segments: an unrelated process writes any bytes into the shared memory of a named object while
// calls go on. Each call returns, or throws what its header documents; none crashes or hangs.
//
//   for (const HostileKind& kind : kHostileKinds) kind.run(choices);
//
// A run makes an object of its kind, then alternates between writing bytes into it and calling it. What is
// written and called next is chosen by `choices`: libFuzzer's input (segment_fuzz.cc), or a generator
// with a seed (hostile_segment_test.cc). Calls that wait are made with a limit: a waiter may wait for ever
// for bytes that lie. So may one for an inner lock whose word names a thread that lives, which a process
// with write access can always write there: task_done() and reset(), which have no limit, are spared that.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/condition.h"
#include "gilfree/errors.h"
#include "gilfree/event.h"
#include "gilfree/joinable_queue.h"
#include "gilfree/lifo_queue.h"
#include "gilfree/lock.h"
#include "gilfree/named.h"
#include "gilfree/pipe.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "gilfree/semaphore.h"
#include "gilfree/value.h"
#include "gilfree/wait.h"

namespace gilfree::testing {

using namespace std::chrono_literals;

// Where the choices of a run come from.
class Choices {
 public:
  virtual ~Choices() = default;
  // A number from `least` to `most`.
  virtual std::uint64_t between(std::uint64_t least, std::uint64_t most) = 0;
  // False when the run is over.
  virtual bool more() = 0;

  bool flip() { return between(0, 1) == 1; }
};

inline const std::string& hostile_name() {
  static const std::string made = "gilfree_hostile_" + std::to_string(::getpid());
  return made;
}

// The shared memory of the named object, as an unrelated process sees it. The header of one page is
// left alone: opening checks it, and the objects here are open already.
class HostileWriter {
 public:
  // Leaves the first `spared` bytes alone.
  HostileWriter(Choices& choices, std::size_t spared)
      : choices_(choices), least_(kHeader + spared) {
    const int file = ::open(("/dev/shm/" + hostile_name()).c_str(), O_RDWR | O_CLOEXEC);
    const auto size = static_cast<std::size_t>(::lseek(file, 0, SEEK_END));
    bytes_ = std::min((size + 7) / 8 * 8, kMost);
    memory_ = static_cast<std::byte*>(
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    ::close(file);
  }
  ~HostileWriter() { ::munmap(memory_, bytes_); }
  HostileWriter(const HostileWriter&) = delete;
  HostileWriter& operator=(const HostileWriter&) = delete;

  // Writes a few words somewhere behind the header: random bytes, or numbers near a limit.
  void write() {
    constexpr std::uint64_t kEdges[] = {0,          1,          ~0ull,     1ull << 63,
                                        1ull << 40, 0x7fffffff, 1ull << 32};
    const auto at = choices_.between(least_ / 8, bytes_ / 8 - 1) * 8;
    if (choices_.flip()) {
      std::memcpy(memory_ + at, &kEdges[choices_.between(0, std::size(kEdges) - 1)], 8);
      return;
    }
    const auto count = std::min<std::uint64_t>(bytes_ - at, choices_.between(1, 64));
    for (std::size_t i = 0; i < count; ++i) {
      memory_[at + i] = static_cast<std::byte>(choices_.between(0, 255));
    }
  }

 private:
  static constexpr std::size_t kHeader = 4096, kMost = std::size_t{64} << 10;

  Choices& choices_;
  const std::size_t least_;
  std::byte* memory_;
  std::size_t bytes_;
};

// What a call may throw on memory that lies: what the headers document.
template <typename Call>
void expect_documented(Call call) {
  try {
    call();
  } catch (const std::runtime_error&) {  // Corrupted, Closed, BrokenBarrier, std::system_error ...
  } catch (const std::logic_error&) {    // not the holder, too many task_done, length_error ...
  } catch (const std::bad_alloc&) {
  }
}

// Alternates between writes and calls, until the choices are over or for 40 steps.
inline void mix(Choices& choices, const std::vector<std::function<void()>>& calls,
                std::size_t spared = 0) {
  HostileWriter writer(choices, spared);
  for (int step = 0; step < 40 && choices.more(); ++step) {
    if (choices.flip()) writer.write();
    expect_documented(calls[choices.between(0, calls.size() - 1)]);
  }
}

template <typename Q, typename Item>
void call_queue(Choices& choices, const Item& item) {
  Q queue(create_only, hostile_name(), choices.between(1, 64));
  Q other(open_only, hostile_name());
  std::vector<std::function<void()>> calls = {
      [&] { (void)queue.try_put(item); },
      [&] { (void)other.try_get(); },
      [&] { (void)other.try_put_many(std::vector(5, item)); },
      [&] { (void)queue.try_get_many(7); },
      [&] { (void)queue.qsize(), (void)queue.empty(); },
      [&] { (void)other.try_put_for(item, 0ms); },
      [&] { (void)queue.try_get_for(0ms); },
      [&] { (void)queue.closed(), (void)queue.full(); }};
  if constexpr (requires { queue.task_done(); }) {
    calls.push_back([&] {
      const auto start = Clock::now();
      (void)queue.try_get();
      if (Clock::now() - start < detail::kHeartbeat / 2) queue.task_done();  // the lock was free
    });
    calls.push_back([&] { (void)queue.join_for(0ms); });
  }
  mix(choices, calls);
}
template <typename Q>
void call_queue_of_numbers(Choices& choices) {
  call_queue<Q>(choices, 7);
}
template <typename Q>
void call_queue_of_texts(Choices& choices) {
  call_queue<Q>(choices, std::string(100, 'x'));
}

// A send waits for room, so all that is sent is sent before.
template <typename T>
void call_pipe(Choices& choices, const T& item) {
  Connection<T> mine(create_only, hostile_name(), {.capacity = 16});
  Connection<T> theirs(open_only, hostile_name());
  for (auto left = choices.between(0, 8); left > 0; --left) mine.send(item);
  mix(choices, {[&] {
                  if (mine.poll()) (void)mine.try_recv();
                },
                [&] { (void)theirs.try_recv_many(3); }, [&] { (void)theirs.try_recv_for(0ms); },
                [&] { (void)theirs.poll(); },
                [&] {
                  (void)wait(std::vector{&mine, &theirs}, 0ms);
                }});
}

template <typename L>
void call_lock(Choices& choices) {
  L lock(create_only, hostile_name());
  L other(open_only, hostile_name());
  mix(choices, {[&] { (void)lock.try_lock(); }, [&] { lock.unlock(); },
                [&] { (void)other.try_lock_for(0ms); }, [&] { (void)other.locked(); },
                [&] { (void)lock.abandoned(); }});
  if (lock.owned()) (void)lock.release_fully();  // or its destructor would say that it is held
}

// Its wait takes the lock back without a limit; the bytes change only between calls.
inline void call_condition(Choices& choices) {
  Condition<> condition(create_only, hostile_name());
  Condition<> other(open_only, hostile_name());
  mix(choices, {[&] { (void)condition.try_lock(); }, [&] { condition.unlock(); },
                [&] { (void)other.try_lock_for(0ms); }, [&] { condition.notify_one(); },
                [&] { other.notify_all(); }, [&] { (void)condition.wait_for(0ms); }});
}

template <typename Permits>
void call_semaphore(Choices& choices) {
  Permits permits(create_only, hostile_name(), 3);
  Permits other(open_only, hostile_name());
  mix(choices,
      {[&] { (void)permits.try_acquire(); }, [&] { other.release(); }, [&] { other.release(2); },
       [&] { (void)other.try_acquire_for(0ms); }, [&] { (void)permits.value(); }});
}

inline void call_event(Choices& choices) {
  Event<> event(create_only, hostile_name());
  mix(choices, {[&] { event.set(); }, [&] { event.clear(); }, [&] { (void)event.wait_for(0ms); },
                [&] { (void)event.is_set(); }});
}

inline void call_barrier(Choices& choices) {
  Barrier<> barrier(create_only, hostile_name(), 3);
  Barrier<> other(open_only, hostile_name());
  mix(choices,
      {[&] { (void)barrier.wait_for(0ms); }, [&] { other.abort(); }, [&] { barrier.reset(); },
       [&] { (void)other.n_waiting(), (void)other.broken(); }, [&] { (void)barrier.parties(); }},
      sizeof(detail::OwnerId));  // of its lock, which comes first
}

inline void call_value(Choices& choices) {
  Value<long> value(create_only, hostile_name());
  Value<long> other(open_only, hostile_name());
  mix(choices, {[&] { (void)value.try_lock(); }, [&] { value.unlock(); },
                [&] { (void)other.try_lock_for(0ms); },
                [&] { other.value() = static_cast<long>(choices.between(0, 9)); },
                [&] { (void)value.get_lock().abandoned(); }});
}

inline void call_array(Choices& choices) {
  Array<unsigned> array(create_only, hostile_name(), 32);
  Array<unsigned> other(open_only, hostile_name());
  mix(choices,
      {[&] {
         for (unsigned& element : other) ++element;
       },
       [&] { (void)array.size(); }, [&] { (void)array.at(31); }, [&] { (void)array.at(32); }});
}

struct HostileKind {
  const char* name;
  void (*call)(Choices&);

  // Makes the object under hostile_name(), uses it, and removes it.
  void run(Choices& choices) const {
    gilfree::remove(hostile_name());
    call(choices);
    gilfree::remove(hostile_name());
  }
};

inline constexpr HostileKind kHostileKinds[] = {
    {"QueueOfNumbers", call_queue_of_numbers<Queue<int>>},
    {"QueueOfTexts", call_queue_of_texts<Queue<std::string>>},
    {"LifoQueueOfNumbers", call_queue_of_numbers<LifoQueue<int>>},
    {"LifoQueueOfTexts", call_queue_of_texts<LifoQueue<std::string>>},
    {"PriorityQueueOfNumbers", call_queue_of_numbers<PriorityQueue<int>>},
    {"PriorityQueueOfTexts", call_queue_of_texts<PriorityQueue<std::string>>},
    {"JoinableQueueOfNumbers", call_queue_of_numbers<JoinableQueue<int>>},
    {"JoinableQueueOfTexts", call_queue_of_texts<JoinableQueue<std::string>>},
    {"PipeOfNumbers", [](Choices& choices) { call_pipe(choices, 7); }},
    {"PipeOfTexts", [](Choices& choices) { call_pipe(choices, std::string(100, 'x')); }},
    {"Lock", call_lock<Lock<>>},
    {"RLock", call_lock<RLock<>>},
    {"Condition", call_condition},
    {"Semaphore", call_semaphore<Semaphore<>>},
    {"BoundedSemaphore", call_semaphore<BoundedSemaphore<>>},
    {"Event", call_event},
    {"Barrier", call_barrier},
    {"Value", call_value},
    {"Array", call_array},
};

}  // namespace gilfree::testing
