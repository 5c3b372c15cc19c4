// moodycamel's ConcurrentQueue, whose consumers yield, and BlockingConcurrentQueue, whose consumers sleep.
// Between threads. Optional: without them the rows say so.
#include <sched.h>

#include <algorithm>
#include <type_traits>

#include "scenarios/producer_consumer.h"

#if __has_include(<concurrentqueue/blockingconcurrentqueue.h>)
#include <concurrentqueue/blockingconcurrentqueue.h>
#define GILFREE_HAS_MOODYCAMEL 1
#elif __has_include(<concurrentqueue/moodycamel/blockingconcurrentqueue.h>)  // from Debian 13 on
#include <concurrentqueue/moodycamel/blockingconcurrentqueue.h>
#define GILFREE_HAS_MOODYCAMEL 1
#endif

namespace scenarios {
namespace {

constexpr Facts kBlocking{.name = "moodycamel_blocking_queue",
                          .label = "moodycamel, blocking",
                          .family = "moodycamel",
                          .primitive = "queue",
                          .wait = "block"};
constexpr Facts kYielding{.name = "moodycamel_queue",
                          .label = "moodycamel, yielding",
                          .family = "moodycamel",
                          .primitive = "queue",
                          .wait = "yield"};

#if defined(GILFREE_HAS_MOODYCAMEL)
// It has no bound of its own: its producers may not allocate beyond what it was made with, so they wait.
template <bool kBlocks>
struct Moodycamel {
  static constexpr Facts kFacts = kBlocks ? kBlocking : kYielding;
  template <std::size_t N, WorkerKind K>
  class Of {
   public:
    // Each producer fills blocks of its own, and not all of them are whole: one that finds none would wait for a
    // block that another holds and does not fill.
    explicit Of(std::size_t capacity, int producers = 16)
        : queue_(capacity + static_cast<std::size_t>(std::max(16, producers)) * Queue::BLOCK_SIZE) {
    }
    void put(const Message<N>& message) {
      while (!queue_.try_enqueue(message)) ::sched_yield();
    }
    void get(Message<N>& message) {
      if constexpr (kBlocks) {
        queue_.wait_dequeue(message);
      } else {
        while (!queue_.try_dequeue(message)) ::sched_yield();
      }
    }

   private:
    using Queue = std::conditional_t<kBlocks, moodycamel::BlockingConcurrentQueue<Message<N>>,
                                     moodycamel::ConcurrentQueue<Message<N>>>;
    Queue queue_;
  };
};

const Registration registered[] = {
    add_queue<Moodycamel<true>, WorkerKind::kThreads>(),
    add_queue<Moodycamel<false>, WorkerKind::kThreads>(),
};
#else
Registration add_without(const Facts& facts) {
  return add_missing<QueueContender>("moodycamel's ConcurrentQueue", "libconcurrentqueue-dev",
                                     facts, WorkerKind::kThreads);
}

const Registration registered[] = {add_without(kBlocking), add_without(kYielding)};
#endif

}  // namespace
}  // namespace scenarios
