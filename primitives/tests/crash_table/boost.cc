// Boost.Interprocess in the table of survivors.
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <new>
#include <utility>

#include "primitives/tests/crash_table/table.h"

namespace gilfree::testing {
namespace {

namespace bip = boost::interprocess;

constexpr int kShort = 150;  // ms

// In memory that a fork shares, and never destroyed: some of it would throw.
template <typename T>
class InShared {
 public:
  static constexpr int kPatienceMs = kShort;

 protected:
  template <typename... Args>
  explicit InShared(Args... args)
      : region_(bip::anonymous_shared_memory(sizeof(T))),
        object_(::new (region_.get_address()) T(args...)) {}

  bip::mapped_region region_;
  T* object_;
};

struct BoostMutex : InShared<bip::interprocess_mutex> {
  bool lock() {
    object_->lock();
    return false;
  }
  bool try_lock() { return object_->try_lock(); }
  void unlock() { object_->unlock(); }
};

struct BoostSemaphore : InShared<bip::interprocess_semaphore> {
  BoostSemaphore() : InShared(1) {}
  void acquire() { object_->wait(); }
  void release() { object_->post(); }
};

struct ConditionState {
  bip::interprocess_mutex mutex;
  bip::interprocess_condition condition;
  bool is_set = false;
};
template <bool kIsEvent>
struct BoostSignal : InShared<ConditionState> {
  using Hold = bip::scoped_lock<bip::interprocess_mutex>;
  bool wait() {
    Hold hold(object_->mutex);
    bool waited = false;
    while (kIsEvent ? !object_->is_set : !std::exchange(waited, true))
      object_->condition.wait(hold);
    return false;
  }
  void notify() {
    const Hold hold(object_->mutex);
    object_->is_set = true;
    kIsEvent ? object_->condition.notify_all() : object_->condition.notify_one();
  }
  void notify_all() {
    const Hold hold(object_->mutex);
    object_->is_set = true;
    object_->condition.notify_all();
  }
};
using BoostEvent = BoostSignal<true>;
using BoostCondition = BoostSignal<false>;

// Named, and unlinked at once: each child inherits it.
class MessageQueue {
 public:
  static constexpr int kPatienceMs = kShort;

  MessageQueue() : queue_(bip::create_only, name().c_str(), 8, sizeof(long)) {
    bip::message_queue::remove(name().c_str());
  }
  void send(long item) { queue_.send(&item, sizeof item, 0); }
  long receive() {
    long item = 0;
    bip::message_queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(&item, sizeof item, size, priority);
    return item;
  }

 private:
  static std::string name() { return "gilfree-crash-table-" + std::to_string(::getpid()); }
  bip::message_queue queue_;
};

}  // namespace

std::vector<Case> boost_cases() {
  const std::string us = "Boost " GILFREE_BOOST_VERSION;
  const std::string mutex = "interprocess_mutex", condition = "interprocess_condition",
                    event = "flag, interprocess_condition", queue = "message_queue";
  return {{"lock", us, mutex, "lock and unlock", lock_and_unlock<BoostMutex>()},
          {"lock", us, mutex, "lock, woken and barged past", woken_and_barged_past<BoostMutex>(),
           How::kFrozen},
          {"semaphore", us, "interprocess_semaphore", "acquire and release",
           acquire_and_release<BoostSemaphore>()},
          {"event", us, event, "set, one waits", notify_a_waiter<BoostEvent>()},
          {"event", us, event, "wait, asleep", wait_too<BoostEvent>(), How::kAsleep},
          {"condition", us, condition, "notify, one waits", notify_a_waiter<BoostCondition>()},
          {"condition", us, condition, "wait, until it sleeps", wait_too<BoostCondition>()},
          {"condition", us, condition, "wait, asleep", wait_too<BoostCondition>(), How::kAsleep},
          {"queue", us, queue, "put", send<MessageQueue>()},
          {"queue", us, queue, "get", receive<MessageQueue>()},
          {"queue", us, queue, "put, one sleeps in get", send_to_a_sleeper<MessageQueue>()},
          {"queue", us, queue, "get, asleep", sleep_in_receive<MessageQueue>(), How::kAsleep}};
}

}  // namespace gilfree::testing
