// Queues between threads of other libraries: std's mutex and condition variables around a deque, oneTBB's
// concurrent_bounded_queue, moodycamel's ConcurrentQueue, boost::lockfree::queue. Those that are
// optional say in their rows if they are missing.
#pragma once

#include <sched.h>

#include <boost/lockfree/queue.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "scenarios/contenders/shared_queue.h"

#if __has_include(<oneapi/tbb/concurrent_queue.h>)
#include <oneapi/tbb/concurrent_queue.h>
#define GILFREE_HAS_TBB_QUEUE 1
#endif
#if __has_include(<concurrentqueue/blockingconcurrentqueue.h>)
#include <concurrentqueue/blockingconcurrentqueue.h>
#define GILFREE_HAS_MOODYCAMEL 1
#endif

namespace scenarios {

// As a textbook writes a bounded queue.
struct StdQueue {
  static constexpr QueueFacts kFacts{{.name = "std_queue", .primitive = "queue", .wait = "block"},
                                     true};
  template <std::size_t N, Scope S>
  class Of {
   public:
    explicit Of(std::size_t capacity) : capacity_(capacity) {}
    void put(const Message<N>& message) {
      {
        std::unique_lock lock(mutex_);
        drained_.wait(lock, [&] { return items_.size() < capacity_; });
        items_.push_back(message);
      }
      filled_.notify_one();
    }
    void get(Message<N>& message) {
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return !items_.empty(); });
        message = items_.front();
        items_.pop_front();
      }
      drained_.notify_one();
    }

   private:
    std::mutex mutex_;
    std::condition_variable filled_, drained_;
    std::size_t capacity_;
    std::deque<Message<N>> items_;
  };
};

struct BoostLockfreeQueue {
  static constexpr QueueFacts kFacts{
      {.name = "boost_lockfree_queue", .primitive = "queue", .wait = "yield"}, true};
  template <std::size_t N, Scope S>
  class Of {
   public:
    explicit Of(std::size_t capacity) : queue_(capacity) {}
    void put(const Message<N>& message) {
      while (!queue_.bounded_push(message)) ::sched_yield();
    }
    void get(Message<N>& message) {
      while (!queue_.pop(message)) ::sched_yield();
    }

   private:
    boost::lockfree::queue<Message<N>> queue_;
  };
};

// In place of a library that was not there at compile time.
template <std::size_t N>
class MissingQueue {
 public:
  explicit MissingQueue(const char* package) {
    throw harness::Skipped(std::string("built without it; install ") + package +
                           " and build again");
  }
  void put(const Message<N>&) {}
  void get(Message<N>&) {}
};

struct TbbQueue {
  static constexpr QueueFacts kFacts{
      {.name = "tbb_bounded_queue", .primitive = "queue", .wait = "block"}, true};
#ifdef GILFREE_HAS_TBB_QUEUE
  template <std::size_t N, Scope S>
  class Of {
   public:
    explicit Of(std::size_t capacity) {
      queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
    }
    void put(const Message<N>& message) { queue_.push(message); }
    void get(Message<N>& message) { queue_.pop(message); }

   private:
    tbb::concurrent_bounded_queue<Message<N>> queue_;
  };
#else
  template <std::size_t N, Scope S>
  struct Of : MissingQueue<N> {
    explicit Of(std::size_t) : MissingQueue<N>("libtbb-dev") {}
  };
#endif
};

// Not bounded by itself: it may not allocate beyond what it was made with, so that producers wait.
template <bool Blocking>
struct Moodycamel {
  static constexpr QueueFacts kFacts{
      {.name = Blocking ? "moodycamel_blocking_queue" : "moodycamel_queue",
       .primitive = "queue",
       .wait = Blocking ? "block" : "yield"},
      true};
#ifdef GILFREE_HAS_MOODYCAMEL
  template <std::size_t N, Scope S>
  class Of {
   public:
    // Each producer fills blocks of its own, and not all of them are whole.
    explicit Of(std::size_t capacity) : queue_(capacity + kMostProducers * Queue::BLOCK_SIZE) {}
    void put(const Message<N>& message) {
      while (!queue_.try_enqueue(message)) ::sched_yield();
    }
    void get(Message<N>& message) {
      if constexpr (Blocking) {
        queue_.wait_dequeue(message);
      } else {
        while (!queue_.try_dequeue(message)) ::sched_yield();
      }
    }

   private:
    using Queue = std::conditional_t<Blocking, moodycamel::BlockingConcurrentQueue<Message<N>>,
                                     moodycamel::ConcurrentQueue<Message<N>>>;
    static constexpr std::size_t kMostProducers = 16;
    Queue queue_;
  };
#else
  template <std::size_t N, Scope S>
  struct Of : MissingQueue<N> {
    explicit Of(std::size_t) : MissingQueue<N>("libconcurrentqueue-dev") {}
  };
#endif
};

}  // namespace scenarios
