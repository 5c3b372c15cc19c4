// Boost.Interprocess: between processes.
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

class BoostMutex : public boost::interprocess::interprocess_mutex {
 public:
  static constexpr Facts kFacts{.name = "boost_interprocess_mutex",
                                .label = "Boost interprocess_mutex",
                                .family = "boost",
                                .primitive = "lock",
                                .wait = "block"};
};

class BoostSemaphore {
 public:
  static constexpr Facts kFacts{.name = "boost_interprocess_semaphore",
                                .label = "Boost interprocess_semaphore",
                                .family = "boost",
                                .primitive = "semaphore",
                                .wait = "block"};
  explicit BoostSemaphore(int permits) : semaphore_(static_cast<unsigned>(permits)) {}
  void acquire() { semaphore_.wait(); }
  void release() { semaphore_.post(); }

 private:
  boost::interprocess::interprocess_semaphore semaphore_;
};

class BoostCondition {
 public:
  static constexpr Facts kFacts{.name = "boost_interprocess_condition",
                                .label = "Boost interprocess_condition",
                                .family = "boost",
                                .primitive = "condition",
                                .wait = "block"};
  static constexpr bool kNotifyUnderLock = false;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void wait() {
    namespace bi = boost::interprocess;
    bi::scoped_lock<bi::interprocess_mutex> held(mutex_, bi::accept_ownership);
    condition_.wait(held);
    held.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  boost::interprocess::interprocess_mutex mutex_;
  boost::interprocess::interprocess_condition condition_;
};

const Registration registered[] = {
    add_lock<BoostMutex, WorkerKind::kProcesses>(),
    add_lock_operation<BoostMutex, WorkerKind::kProcesses>(),
    add_semaphore<BoostSemaphore, WorkerKind::kProcesses>(),
    add_semaphore_operation<BoostSemaphore, WorkerKind::kProcesses>(),
    add_release<BoostSemaphore, WorkerKind::kProcesses>(),
    add_condition<BoostCondition, WorkerKind::kProcesses>(),
    add_condition_operation<BoostCondition, WorkerKind::kProcesses>(),
};

}  // namespace
}  // namespace scenarios
