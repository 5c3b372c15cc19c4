// boost::lockfree::queue, which has no way to wait: a worker yields and tries again. Between threads.
#include <sched.h>

#include <boost/lockfree/queue.hpp>

#include "scenarios/producer_consumer.h"

namespace scenarios {
namespace {

struct BoostLockfreeQueue {
  static constexpr Facts kFacts{.name = "boost_lockfree_queue",
                                .label = "boost::lockfree, yielding",
                                .family = "boost",
                                .primitive = "queue",
                                .wait = "yield"};
  template <std::size_t N, WorkerKind K>
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

const Registration registered = add_queue<BoostLockfreeQueue, WorkerKind::kThreads>();

}  // namespace
}  // namespace scenarios
