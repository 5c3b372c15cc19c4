// The table of survivors: the same walks over our primitives and over those of other libraries.
//
//   Case{"lock", "glibc 2.36", "robust mutex", "lock and unlock", lock_and_unlock<RobustMutex>()}
//
// A survivor answers "fine", "reported" if a call reported the death, or what is wrong. Each library
// has its file, which gives its subjects the few members that the walks here ask for.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {

enum class How { kWalked, kFrozen, kAsleep };  // killed where, and in the last case while it sleeps

struct Case {
  std::string primitive, library, object, killed_in;
  Walk walk;
  How how = How::kWalked;
};

std::vector<Case> our_cases();
std::vector<Case> glibc_cases();
std::vector<Case> boost_cases();

// What a walk shares with its victims, peers and survivors.
template <typename Subject>
struct Scene {
  std::optional<Subject> subject;
  Peers peers;
  Ledger<Processes> words{4};
  bool barged = false;

  void make() {
    peers.end();
    subject.emplace();
    for (int i = 0; i < words.size(); ++i) words[i] = 0;
  }
  // A peer that sleeps in `action`, and then writes its number's word: 1, or 2 if a call reported a death.
  void start(int number, const std::function<bool(Subject&)>& action, bool is_to_sleep = true) {
    const auto body = [this, number, action] {
      words[number] = action(*subject) ? 2 : 1;
      ::pause();
    };
    is_to_sleep ? peers.start_asleep(body) : peers.start(body);
  }
  // Waits until these peers are through.
  std::string await_peers(int count) {
    bool reported = false;
    for (int i = 0; i < count; ++i) {
      await(words[i]);
      reported = reported || words[i] == 2;
    }
    return reported ? "reported" : "fine";
  }
};
template <typename Subject>
using Shared = std::shared_ptr<Scene<Subject>>;

template <typename Subject>
Walk walk_of(const Shared<Subject>& scene, const std::function<void()>& fresh,
             const std::function<void(Subject&)>& operation,
             const std::function<std::string(Subject&)>& survivor) {
  return {.fresh =
              [=] {
                scene->make();
                fresh();
              },
          .prepare = [] { (void)detail::self<Processes>(); },
          .operation = [=] { operation(*scene->subject); },
          .most_rounds = 3,
          .survivor = [=]() -> std::string {
            try {
              return survivor(*scene->subject);
            } catch (const std::exception&) {
              return "throws";
            }
          },
          .patience = std::chrono::milliseconds(Subject::kPatienceMs),
          .after =
              [=] {
                scene->peers.end();
                return std::string();
              }};
}

// bool lock(), true if it reports a death; try_lock() unlock(). It guards two words that are to be equal.
template <typename Mutex>
Walk lock_and_unlock() {
  const auto scene = std::make_shared<Scene<Mutex>>();
  return walk_of<Mutex>(
      scene, [] {},
      [=](Mutex& mutex) {
        mutex.lock();
        ++scene->words[0];
        ++scene->words[1];
        mutex.unlock();
      },
      [=](Mutex& mutex) -> std::string {
        const bool reported = mutex.lock();
        const bool torn = scene->words[0] != scene->words[1];
        mutex.unlock();
        return reported ? "reported" : torn ? "torn, not reported" : "fine";
      });
}

// The victim has been woken, another waits, and a third holds it while the victim dies.
template <typename Mutex>
Walk woken_and_barged_past() {
  const auto scene = std::make_shared<Scene<Mutex>>();
  const auto lock_and_unlock = [](Mutex& mutex) {
    const bool reported = mutex.lock();
    mutex.unlock();
    return reported;
  };
  Walk walk = walk_of<Mutex>(
      scene, [=] { scene->subject->lock(); }, [=](Mutex& mutex) { lock_and_unlock(mutex); },
      [=](Mutex&) { return scene->await_peers(1); });
  walk.wake = [=] {
    scene->start(0, lock_and_unlock);
    scene->subject->unlock();
  };
  walk.meanwhile = [=] { scene->barged = scene->subject->try_lock(); };
  walk.afterwards = [=] {
    if (std::exchange(scene->barged, false)) scene->subject->unlock();
  };
  return walk;
}

// acquire() release(), made with one permit
template <typename Semaphore>
Walk acquire_and_release() {
  const auto acquire_and_release = [](Semaphore& semaphore) {
    semaphore.acquire();
    semaphore.release();
  };
  return walk_of<Semaphore>(
      std::make_shared<Scene<Semaphore>>(), [] {}, acquire_and_release,
      [=](Semaphore& semaphore) {
        acquire_and_release(semaphore);
        return "fine";
      });
}

// bool wait(), true if it reports a death; notify() notify_all(). A peer waits twice; the victim notifies it, or waits as
// well. The survivor notifies all, twice at least, until that peer is through.
template <typename Signal>
Walk beside_a_waiter(void (*operation)(Signal&)) {
  const auto scene = std::make_shared<Scene<Signal>>();
  const auto wait_twice = [](Signal& signal) {
    const bool reported = signal.wait();
    return signal.wait() || reported;
  };
  return walk_of<Signal>(
      scene, [=] { scene->start(0, wait_twice); }, operation,
      [=](Signal& signal) {
        for (int times = 0; times < 2 || scene->words[0] == 0; ++times) {
          signal.notify_all();
          ::usleep(100);
        }
        return scene->await_peers(1);
      });
}
template <typename Signal>
Walk notify_a_waiter() {
  return beside_a_waiter<Signal>([](Signal& signal) { signal.notify(); });
}
template <typename Signal>
Walk wait_too() {
  Walk walk = beside_a_waiter<Signal>([](Signal& signal) { (void)signal.wait(); });
  walk.ends_asleep = true;
  return walk;
}

// bool wait(), true if it reports a death; made for three. `before` wait already, `after` come when the victim is dead;
// behind a victim that may not have come, one of them may be too many.
template <typename Barrier>
Walk come(int before, int after) {
  const auto scene = std::make_shared<Scene<Barrier>>();
  Walk walk = walk_of<Barrier>(
      scene,
      [=] {
        for (int i = 0; i < before; ++i) scene->start(i, &Barrier::wait);
      },
      [](Barrier& barrier) { barrier.wait(); }, [=](Barrier&) { return scene->await_peers(2); });
  walk.afterwards = [=] {
    for (int i = before; i < before + after; ++i) scene->start(i, &Barrier::wait, false);
  };
  walk.ends_asleep = before < 2;
  return walk;
}

// send(long) receive()
template <typename Channel>
std::string drain_behind(Channel& channel) {
  channel.send(9);
  long last = 0;
  for (long item = channel.receive(); item != 9; item = channel.receive()) {
    if (item <= last || item > 2) return "wrong item";
    last = item;
  }
  return "fine";
}
template <typename Channel>
Walk send() {
  return walk_of<Channel>(
      std::make_shared<Scene<Channel>>(), [] {}, [](Channel& channel) { channel.send(1); },
      drain_behind<Channel>);
}
template <typename Channel>
Walk receive() {
  const auto scene = std::make_shared<Scene<Channel>>();
  return walk_of<Channel>(
      scene,
      [=] {
        scene->subject->send(1);
        scene->subject->send(2);
      },
      [](Channel& channel) { (void)channel.receive(); }, drain_behind<Channel>);
}
// One sleeps in receive; the victim sends, or wants to receive too.
template <typename Channel>
Walk beside_a_receiver(void (*operation)(Channel&)) {
  const auto scene = std::make_shared<Scene<Channel>>();
  return walk_of<Channel>(
      scene, [=] { scene->start(0, [](Channel& channel) { return channel.receive() < 0; }); },
      operation,
      [=](Channel& channel) {
        channel.send(2);
        return scene->await_peers(1);
      });
}
template <typename Channel>
Walk send_to_a_sleeper() {
  return beside_a_receiver<Channel>([](Channel& channel) { channel.send(1); });
}
template <typename Channel>
Walk sleep_in_receive() {
  return beside_a_receiver<Channel>([](Channel& channel) { (void)channel.receive(); });
}

}  // namespace gilfree::testing
