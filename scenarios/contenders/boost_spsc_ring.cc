// boost::lockfree::spsc_queue in shared memory: a ring as LMAX's Disruptor has it for one producer and one consumer. It
// has no way to wait: a worker yields and tries again, also for a peer that was killed.
#include <sched.h>

#include <boost/lockfree/spsc_queue.hpp>
#include <string>

#include "scenarios/producer_consumer.h"
#include "scenarios/support/any_size.h"

namespace scenarios {
namespace {

constexpr Facts kSpscRing{.name = "boost_spsc_ring",
                          .label = "boost::lockfree ring, yielding",
                          .family = "boost",
                          .primitive = "ring",
                          .wait = "yield"};

// The number of items is fixed when it is compiled, so that it holds no pointer.
template <std::size_t N>
class SpscRing {
 public:
  void put(const Message<N>& message) {
    while (!ring_->push(message)) ::sched_yield();
  }
  void get(Message<N>& message) {
    while (!ring_->pop(message)) ::sched_yield();
  }

 private:
  using Ring = boost::lockfree::spsc_queue<Message<N>, boost::lockfree::capacity<usual_depth(N)>>;

  SharedObject<Ring, WorkerKind::kProcesses> ring_;
};

template <std::size_t N>
class TypedSpscRing {
 public:
  explicit TypedSpscRing(std::size_t) {}
  void send(const Message<N>& message) { ring_.put(message); }
  void receive(Message<N>& message) { ring_.get(message); }
  int depth() const { return static_cast<int>(usual_depth(N)); }

 private:
  SpscRing<N> ring_;
};

struct SpscRingChannel : AnySize<TypedSpscRing> {
  static constexpr Facts kFacts = kSpscRing;
  using AnySize::AnySize;
};

struct SpscRingQueue {
  static constexpr Facts kFacts = kSpscRing;
  static constexpr QueueTraits kTraits{.one_to_one = true};

  template <std::size_t N, WorkerKind K>
  class Of : public SpscRing<N> {
   public:
    static constexpr bool kSharesItself = true;  // its ring is in shared memory

    explicit Of(std::size_t capacity) {
      if (capacity != usual_depth(N)) {
        throw harness::Skipped("here it holds " + std::to_string(usual_depth(N)) +
                               " messages, as it was compiled");
      }
    }
  };
};

const Registration registered[] = {
    add_channel<SpscRingChannel>(),
    add_queue<SpscRingQueue, WorkerKind::kThreads>(),
    add_queue<SpscRingQueue, WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
