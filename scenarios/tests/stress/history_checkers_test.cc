// The stress tests of linearizability: each finds that no order of the operations explains what a primitive did that is
// broken in one place.
#include <atomic>
#include <functional>
#include <optional>

#include "scenarios/stress/linearizability.h"
#include "scenarios/tests/stress/checked.h"

#include <gilfree/event.h>
#include <gilfree/lock.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>
#include <gilfree/semaphore.h>

namespace scenarios::testing {
namespace {

using namespace checkers;
using S = gilfree::Threads;

// What is forbidden in a subject's history, as the registered test of `name` sees it.
template <typename Subject, typename Model>
Texts found_in(const std::string& name, int actors = 3) {
  const auto test =
      over_body<Recorded<Subject, Model>>("linearizability/contender:" + name + "/scope:threads");
  return first_forbidden(test, many_delays(actors, 40));
}
const Texts kFound{"not linearizable"};

struct OnePermitMore : gilfree::Semaphore<S> {
  explicit OnePermitMore(int permits) : Semaphore(permits + 1) {}
};

struct RefusesOnce : gilfree::Semaphore<S> {
  using Semaphore::Semaphore;
  bool try_acquire() { return tries++ != 5 && Semaphore::try_acquire(); }
  std::atomic<int> tries{0};
};

struct RefusesATry : gilfree::Lock<S> {
  bool try_lock() { return tries++ != 5 && Lock::try_lock(); }
  std::atomic<int> tries{0};
};

struct LocksNothing {
  void lock() {}
  bool try_lock() { return true; }
  void unlock() {}
};

struct ForgetsAClear : gilfree::Event<S> {
  void clear() {
    if (clears++ % 4 != 0) Event::clear();
  }
  std::atomic<int> clears{0};
};

struct DeliversTwice : gilfree::Queue<long, S> {
  using Queue::Queue;
  std::optional<long> try_get_for(std::chrono::milliseconds time) {
    if (gets++ == 4 && last != 0) return last.load();
    const auto got = Queue::try_get_for(time);
    if (got) last = *got;
    return got;
  }
  std::atomic<int> gets{0};
  std::atomic<long> last{0};
};

TEST(LinearizabilityOfASemaphore, APermitTooManyHasNoOrder) {
  EXPECT_EQ((found_in<SemaphoreSubject<OnePermitMore>, SemaphoreModel>("semaphore", 4)), kFound);
}

TEST(LinearizabilityOfASemaphore, ATryThatFailsThoughThereIsAPermitHasNone) {
  EXPECT_EQ((found_in<SemaphoreSubject<RefusesOnce>, SemaphoreModel>("semaphore", 1)), kFound);
}

TEST(LinearizabilityOfALock, TwoHoldersHaveNoOrder) {
  EXPECT_EQ((found_in<LockSubject<LocksNothing>, LockModel>("lock")), kFound);
}

TEST(LinearizabilityOfALock, ATryThatFailsThoughItIsFreeHasNone) {
  EXPECT_EQ((found_in<LockSubject<RefusesATry>, LockModel>("lock", 1)), kFound);
}

TEST(LinearizabilityOfAnEvent, AClearThatIsForgottenHasNoOrder) {
  EXPECT_EQ((found_in<EventSubject<ForgetsAClear>, EventModel>("event", 1)), kFound);
}

TEST(LinearizabilityOfAQueue, AnItemThatComesTwiceHasNoOrder) {
  EXPECT_EQ((found_in<QueueSubject<DeliversTwice>, QueueModel<Discipline::kFifo>>("queue", 2)),
            kFound);
}

TEST(LinearizabilityOfAQueue, APriorityQueueIsNoFifo) {
  using Priority = gilfree::PriorityQueue<long, std::greater<>, S>;
  EXPECT_EQ((found_in<QueueSubject<Priority>, QueueModel<Discipline::kFifo>>("queue", 1)), kFound);
}

}  // namespace
}  // namespace scenarios::testing
