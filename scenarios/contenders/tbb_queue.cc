// oneTBB's concurrent_bounded_queue. Between threads. Optional: without oneTBB the rows say so.
// Links: TBB::tbb
#include "scenarios/producer_consumer.h"

#if __has_include(<oneapi/tbb/concurrent_queue.h>)
#include <oneapi/tbb/concurrent_queue.h>
#endif

namespace scenarios {
namespace {

constexpr Facts kTbbQueue{.name = "tbb_bounded_queue",
                          .label = "tbb bounded queue",
                          .family = "tbb",
                          .primitive = "queue",
                          .wait = "block"};

#if __has_include(<oneapi/tbb/concurrent_queue.h>)
struct TbbQueue {
  static constexpr Facts kFacts = kTbbQueue;
  template <std::size_t N, WorkerKind K>
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
};

const Registration registered = add_queue<TbbQueue, WorkerKind::kThreads>();
#else
const Registration registered =
    add_missing<QueueContender>("oneTBB", "libtbb-dev", kTbbQueue, WorkerKind::kThreads);
#endif

}  // namespace
}  // namespace scenarios
