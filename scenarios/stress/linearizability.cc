// The tests of linearizability (linearizability.h) over gilfree.
#include "scenarios/stress/linearizability.h"

#include <functional>
#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/event.h>
#include <gilfree/lifo_queue.h>
#include <gilfree/lock.h>
#include <gilfree/priority_queue.h>
#include <gilfree/queue.h>
#include <gilfree/semaphore.h>

namespace scenarios {
namespace {

using namespace checkers;

template <typename Subject, typename Model, WorkerKind K>
stress::Test describe(const char* name, bool kills) {
  auto test =
      our_test("linearizability", name, K, "Some order of the operations explains what was seen.");
  test.outcomes = {
      {"linearizable", stress::Expect::kAcceptable, "there is such an order"},
      {"not linearizable", stress::Expect::kForbidden, "there is none"},
      {"undecided", stress::Expect::kUndecided, "more than 50,000 configurations at once"}};
  test.limits.most_operations = 40;
  test.limits.kills = kills && K == WorkerKind::kProcesses;
  test.make = [](const stress::Config&) { return std::make_unique<Recorded<Subject, Model>>(); };
  return test;
}

template <WorkerKind K>
std::vector<stress::Test> describe_all() {
  using S = GilfreeScope<K>;
  using Fifo = QueueSubject<gilfree::Queue<long, S>>;
  using Lifo = QueueSubject<gilfree::LifoQueue<long, S>>;
  using Priority = QueueSubject<gilfree::PriorityQueue<long, std::less<>, S>>;
  return {describe<Fifo, QueueModel<Discipline::kFifo>, K>("queue", true),
          describe<Lifo, QueueModel<Discipline::kLifo>, K>("lifo_queue", true),
          describe<Priority, QueueModel<Discipline::kPriority>, K>("priority_queue", true),
          describe<LockSubject<gilfree::Lock<S>>, LockModel, K>("lock", false),
          describe<SemaphoreSubject<gilfree::Semaphore<S>>, SemaphoreModel, K>("semaphore", false),
          describe<SemaphoreSubject<gilfree::BoundedSemaphore<S>>, SemaphoreModel, K>(
              "bounded_semaphore", false),
          describe<EventSubject<gilfree::Event<S>>, EventModel, K>("event", true)};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe_all<K>(); });
});

}  // namespace
}  // namespace scenarios
