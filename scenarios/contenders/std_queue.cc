// A bounded queue as a textbook writes it: a deque, a mutex and two condition variables of the standard
// library. Between threads.
#include <condition_variable>
#include <deque>
#include <mutex>

#include "scenarios/producer_consumer.h"

namespace scenarios {
namespace {

struct StdQueue {
  static constexpr Facts kFacts{.name = "std_queue",
                                .label = "std mutex and deque",
                                .family = "std",
                                .primitive = "queue",
                                .wait = "block"};
  template <std::size_t N, WorkerKind K>
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

const Registration registered = add_queue<StdQueue, WorkerKind::kThreads>();

}  // namespace
}  // namespace scenarios
