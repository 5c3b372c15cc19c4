// A thread that was notified may destroy the object that notified it at once, while the other thread is still on
// its way out of the call: for those objects whose headers say so, in both scopes. Freed memory is found
// by ASan between threads, and unmapped memory by the CPU for objects across processes.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "gilfree/condition.h"
#include "gilfree/event.h"
#include "gilfree/lock.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr int kRounds = 2'000;

// Hands objects to a thread that calls `notify(object)` on each, one after the other.
template <typename Object, typename Notify>
class Notifier {
 public:
  explicit Notifier(Notify notify) : notify_(std::move(notify)), thread_([this] { run(); }) {}
  ~Notifier() {
    next_.store(&end_);
    next_.notify_one();
    thread_.join();
  }
  void take(Object& object) {
    next_.store(&object);
    next_.notify_one();
  }
  // Waits until `objects` of them have been notified, and the thread is out of the call.
  void await(int objects) const {
    while (told_.load() != objects) std::this_thread::yield();
  }

 private:
  void run() {
    while (true) {
      next_.wait(nullptr);
      void* const object = next_.exchange(nullptr);
      if (object == &end_) return;
      notify_(*static_cast<Object*>(object));
      ++told_;
    }
  }

  Notify notify_;
  char end_ = 0;
  std::atomic<void*> next_{nullptr};
  std::atomic<int> told_{0};
  std::thread thread_;
};

template <typename S>
class DestroyedWhenNotifiedTest : public Watchdog {};
TYPED_TEST_SUITE(DestroyedWhenNotifiedTest, BothScopes);

TYPED_TEST(DestroyedWhenNotifiedTest, AnEventByTheThreadThatItLetGo) {
  using Object = Event<TypeParam>;
  Notifier<Object, void (*)(Object&)> notifier([](Object& event) { event.set(); });
  for (int round = 0; round < kRounds; ++round) {
    auto event = std::make_unique<Object>();
    notifier.take(*event);
    event->wait();
  }
}

TYPED_TEST(DestroyedWhenNotifiedTest, AConditionOverAGivenLockByTheThreadThatItNotified) {
  Lock<TypeParam> lock;
  struct Notified {
    explicit Notified(Lock<TypeParam>& lock) : changed(lock) {}
    Condition<TypeParam> changed;
    bool is_notified = false;
  };
  const auto notify = [&](Notified& notified) {
    const std::scoped_lock hold(lock);
    notified.is_notified = true;
    notified.changed.notify_all();
  };
  Notifier<Notified, decltype(notify)> notifier(notify);
  for (int round = 0; round < kRounds; ++round) {
    auto notified = std::make_unique<Notified>(lock);
    const std::scoped_lock hold(lock);
    notifier.take(*notified);
    notified->changed.wait([&] { return notified->is_notified; });
    notified.reset();
  }
}

// Of one permit and of several, to a thread that takes them awake or asleep.
template <typename Semaphore>
void acquire_and_destroy(int permits) {
  const auto notify = [&](Semaphore& semaphore) { semaphore.release(permits); };
  Notifier<Semaphore, decltype(notify)> notifier(notify);
  for (int round = 0; round < kRounds; ++round) {
    auto semaphore = std::make_unique<Semaphore>(permits);
    for (int i = 0; i < permits; ++i) semaphore->acquire();
    notifier.take(*semaphore);
    for (int i = 0; i < permits; ++i) semaphore->acquire();
  }
}

TYPED_TEST(DestroyedWhenNotifiedTest, ASemaphoreByTheThreadThatGotItsPermit) {
  acquire_and_destroy<Semaphore<TypeParam>>(1);
}

TYPED_TEST(DestroyedWhenNotifiedTest, ASemaphoreByTheThreadThatGotAllPermitsOfOneRelease) {
  acquire_and_destroy<Semaphore<TypeParam>>(3);
}

TEST(DestroyedWhenNotified, ABoundedSemaphoreBetweenThreadsByTheThreadThatGotItsPermit) {
  acquire_and_destroy<BoundedSemaphore<Threads>>(1);
  acquire_and_destroy<BoundedSemaphore<Threads>>(2);
}

TYPED_TEST(DestroyedWhenNotifiedTest, AnEndOfAPipeByTheThreadThatReceivedFromIt) {
  using End = Connection<int, TypeParam>;
  Notifier<End, void (*)(End&)> notifier([](End& sender) { sender.send(7); });
  for (int round = 0; round < kRounds; ++round) {
    auto [receiver, sender] = Pipe<int, TypeParam>({.duplex = false});
    auto mine = std::make_unique<End>(std::move(receiver));
    notifier.take(sender);
    EXPECT_EQ(mine->recv(), 7);
    mine.reset();
    notifier.await(round + 1);  // its own end, which it still uses
  }
}

int square(int number) { return number * number; }

TYPED_TEST(DestroyedWhenNotifiedTest, AResultOfAPoolByTheThreadThatGotIt) {
  Pool<TypeParam> pool(2);
  for (int round = 0; round < kRounds; ++round) {
    EXPECT_EQ(pool.apply_async(square, round % 100).get(), round % 100 * (round % 100));
  }
}

}  // namespace
}  // namespace gilfree::testing
