// Freeze and barge: a victim stands still at an instruction of lock or unlock while a third party
// takes and gives the lock; then the victim is killed, and a waiter asleep must get the lock.
//
// This is what an untimed pthread_mutex_lock on a robust mutex does not survive on many kernels: the
// third party clears the mark that somebody sleeps, the dead one was the one to be woken, and the
// waiter sleeps for ever (docs/crash.md). The last test shows that loss, where the kernel has it.
#include <gtest/gtest.h>
#include <pthread.h>

#include <optional>
#include <string>

#include "primitives/core/home.h"
#include "primitives/lock.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

// What the third party does while the victim stands still, and when it is dead.
enum class Barge { kNot, kLocksAndUnlocks, kHoldsOverTheDeath };

// A robust mutex waited for without a time limit.
class RobustMutex {
 public:
  RobustMutex() : home_(0) {
    pthread_mutexattr_t robust;
    ::pthread_mutexattr_init(&robust);
    ::pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(&home_->mutex, &robust);
  }
  void lock() { own(::pthread_mutex_lock(&home_->mutex)); }
  bool try_lock() { return own(::pthread_mutex_trylock(&home_->mutex)); }
  void unlock() { ::pthread_mutex_unlock(&home_->mutex); }

 private:
  struct State {
    pthread_mutex_t mutex;
  };
  bool own(int error) {
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&home_->mutex);
    return error == 0 || error == EOWNERDEAD;
  }
  core::Home<State, Processes> home_;
};

template <typename L>
class Freezer : public CrashTest {
 protected:
  void lock_and_unlock() {
    lock_->lock();
    lock_->unlock();
  }
  void start_waiter() {
    got_[0] = 0;
    waiter_ = peers_.start([&] {
      lock_and_unlock();
      got_[0] = 1;
    });
    while (got_[0] == 0 && state_of(waiter_) != 'S') ::usleep(20);
  }

  void give_back() {
    if (barged_) lock_->unlock();
    barged_ = false;
  }

  Walk barging(Walk walk, Barge barge) {
    walk.prepare = attach;
    walk.operation = [&] { lock_and_unlock(); };
    walk.most_rounds = 1;
    walk.meanwhile = [this, then = walk.meanwhile, barge] {
      barged_ = barge != Barge::kNot && lock_->try_lock();
      if (barge == Barge::kLocksAndUnlocks) give_back();
      then();
    };
    walk.afterwards = [this] { give_back(); };
    walk.survivor = [this]() -> std::string {
      await(got_[0]);
      return "the waiter got it";
    };
    walk.after = [this] { return peers_.end(); };
    return walk;
  }

  // The victim is woken, with another waiter behind it.
  Walk woken(Barge barge) {
    return barging({.fresh =
                        [&] {
                          lock_.emplace();
                          lock_->lock();
                        },
                    .others = [&] { start_waiter(); },
                    .wake = [&] { lock_->unlock(); }},
                   barge);
  }
  // The victim takes what is free; the waiter comes while it stands still.
  Walk running(Barge barge) {
    return barging({.fresh = [&] { lock_.emplace(); }, .meanwhile = [&] { start_waiter(); }},
                   barge);
  }

  std::optional<L> lock_;
  Ledger<Processes> got_{1};
  pid_t waiter_ = 0;
  bool barged_ = false;
};

template <typename L>
class FreezeTest : public Freezer<L> {};
using Locks = ::testing::Types<Lock<Processes>, RLock<Processes>>;
TYPED_TEST_SUITE(FreezeTest, Locks);

constexpr Barge kAllBarges[] = {Barge::kNot, Barge::kLocksAndUnlocks, Barge::kHoldsOverTheDeath};

TYPED_TEST(FreezeTest, WokenAndFrozenAnywhereItsDeathGivesTheLockToTheNextWhoeverBarges) {
  for (const Barge barge : kAllBarges) {
    this->expect(freeze_at_every_instruction(this->woken(barge)), {{"the waiter got it", 1}});
  }
}

TYPED_TEST(FreezeTest, FrozenAnywhereInLockAndUnlockItsDeathGivesTheLockToTheNextWhoeverBarges) {
  for (const Barge barge : kAllBarges) {
    this->expect(freeze_at_every_instruction(this->running(barge)), {{"the waiter got it", 1}});
  }
}

using ControlTest = Freezer<RobustMutex>;

// Only shown: whether waiters are lost is the kernel's affair.
TEST_F(ControlTest, AnUntimedRobustMutexLosesItsWaiterWhereTheKernelLetsIt) {
  Walk walk = woken(Barge::kHoldsOverTheDeath);
  walk.patience = std::chrono::milliseconds(300);
  const Findings found = freeze_at_every_instruction(walk);
  std::cout << "    " << found << (found.hangs > 0 ? ": this kernel loses waiters\n" : "\n");
  EXPECT_TRUE(found.only({{"the waiter got it", 1}, {"hang", 1}})) << found;
}

}  // namespace
}  // namespace gilfree::testing
