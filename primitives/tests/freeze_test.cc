// Freeze and barge: a victim stands still at an instruction of an operation while a third party barges in;
// then the victim is killed, and a waiter must go on.
//
// This is what an untimed pthread_mutex_lock on a robust mutex does not survive on many kernels: the
// third party clears the waiter flag, the dead one was the one to be woken, and the
// waiter sleeps for ever (docs/crash.md). The last test shows that loss, where the kernel has it.
#include "primitives/tests/support/freeze.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <functional>
#include <iostream>
#include <string>

#include "gilfree/detail/memory/state_memory.h"
#include "primitives/tests/support/crash_test.h"
#include "primitives/tests/support/freeze_subjects.h"

namespace gilfree::testing {
namespace {

// What the third party does while the victim stands still, and when it is dead.
enum class Barge { kNot, kEntersAndLeaves, kStaysOverTheDeath };
constexpr std::array kBarges = {Barge::kNot, Barge::kEntersAndLeaves, Barge::kStaysOverTheDeath};

template <typename Subject>
class Freezer : public CrashTest {
 protected:
  static constexpr bool kWoken = requires(Subject subject) { subject.wake(); };

  Scene barging(Barge barge, Comes comes) {
    Scene scene{.rest = [this] { subject_.rest(); },
                .operation = [this] { subject_.operate(); },
                .wait = [this] { subject_.wait(); },
                .waiter_comes = comes,
                .meanwhile =
                    [this, barge] {
                      is_inside_ = barge != Barge::kNot && subject_.enter();
                      if (barge == Barge::kEntersAndLeaves) leave();
                    },
                .afterwards = [this] { leave(); },
                .settle = [this] { subject_.settle(); },
                .is_right = [this] { return subject_.is_right(); }};
    if constexpr (kWoken) scene.wake = [this] { subject_.wake(); };
    return scene;
  }
  void leave() {
    if (is_inside_) subject_.leave();
    is_inside_ = false;
  }

  Subject subject_;
  bool is_inside_ = false;
};

template <typename Subject>
class FreezeTest : public Freezer<Subject> {};
TYPED_TEST_SUITE(FreezeTest, FreezeSubjects, FreezeSubjectNames);

TYPED_TEST(FreezeTest, FrozenAnywhereItsDeathHoldsNoneUpWhicheverBarges) {
  for (const Comes comes : {Comes::kBefore, Comes::kMeanwhile, Comes::kAfterwards}) {
    const bool can_come = comes == Comes::kBefore ? this->kWoken || TypeParam::kSleepsBefore
                                                  : !this->kWoken && !TypeParam::kNeedsWaiter;
    if (!can_come) continue;
    for (const Barge barge : kBarges) {
      this->expect(freeze_and_barge(this->barging(barge, comes)), {{"goes on", 1}});
    }
  }
}

// A robust mutex waited for without a time limit.
class RobustMutex {
 public:
  RobustMutex() : state_memory_(0) {
    pthread_mutexattr_t robust;
    ::pthread_mutexattr_init(&robust);
    ::pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&state_memory_->mutex, &robust);
  }
  void lock() { own(::pthread_mutex_lock(&state_memory_->mutex)); }
  bool try_lock() { return own(::pthread_mutex_trylock(&state_memory_->mutex)); }
  void unlock() { ::pthread_mutex_unlock(&state_memory_->mutex); }

 private:
  struct State {
    pthread_mutex_t mutex;
  };
  bool own(int error) {
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&state_memory_->mutex);
    return error == 0 || error == EOWNERDEAD;
  }
  detail::StateMemory<State, Processes> state_memory_;
};

using ControlTest = Freezer<WokenInLock<RobustMutex>>;

// Only shown: whether waiters are lost is the kernel's affair.
TEST_F(ControlTest, AnUntimedRobustMutexLosesItsWaiterWhereTheKernelLetsIt) {
  Scene scene = barging(Barge::kStaysOverTheDeath, Comes::kBefore);
  scene.patience = std::chrono::milliseconds(300);
  const Findings found = freeze_and_barge(scene);
  std::cout << "    " << found << (found.hangs > 0 ? ": this kernel loses waiters\n" : "\n");
  EXPECT_TRUE(found.only({{"goes on", 1}, {"hang", 1}})) << found;
}

}  // namespace
}  // namespace gilfree::testing
