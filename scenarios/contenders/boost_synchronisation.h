// Boost.Interprocess: between processes.
#pragma once

#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "scenarios/contenders/synchronisation.h"

namespace scenarios {

class BoostMutex : public boost::interprocess::interprocess_mutex {
 public:
  static constexpr Facts kFacts{
      .name = "boost_interprocess_mutex", .primitive = "lock", .wait = "block"};
};

class BoostSemaphore {
 public:
  static constexpr Facts kFacts{
      .name = "boost_interprocess_semaphore", .primitive = "semaphore", .wait = "block"};
  explicit BoostSemaphore(int permits) : semaphore_(static_cast<unsigned>(permits)) {}
  void acquire() { semaphore_.wait(); }
  void release() { semaphore_.post(); }

 private:
  boost::interprocess::interprocess_semaphore semaphore_;
};

class BoostCondition {
 public:
  static constexpr Facts kFacts{
      .name = "boost_interprocess_condition", .primitive = "condition", .wait = "block"};
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

}  // namespace scenarios
