// Permits of a BoundedSemaphore that move while a thread looks for one: it stands still at each instruction of
// its call, others take and give back, and it goes on. It finds the permit that was there all the time.
//
// SIGSTOP stops all threads of a process. So the victim is a process that calls itself by the name of the
// lab process: to the semaphore the two are threads of one process.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "gilfree/deadline.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

class PermitsFreezeTest : public CrashTest {
 protected:
  // In the lab process: a semaphore of 1 + free + held permits, in this order: one of a stranger, the free ones,
  // those of the lab process. The search for one begins at the stranger's.
  void make(int free, int held) {
    semaphore_.emplace(1 + free + held);
    this_process_ = detail::this_process_id();
    for (int i = 0; i < kWords; ++i) notes_[i] = 0;
    peers_.start([&] {
      semaphore_->acquire();
      notes_[kStrangerHas] = 1;
      await(notes_[kAgain]);
      semaphore_->release();
      semaphore_->acquire();
      notes_[kStrangerHasAgain] = 1;
      ::pause();
    });
    await(notes_[kStrangerHas]);
    for (int i = 0; i < free + held; ++i) semaphore_->acquire();
    if (free > 0) semaphore_->release(free);
    notes_[kAgain] = 1;
    await(notes_[kStrangerHasAgain]);
  }
  // In the victim.
  void become_a_thread_of_the_lab_process() {
    attach();
    detail::this_thread.process = this_process_;
  }

  void release(int permits) {
    try {
      semaphore_->release(permits);
    } catch (const std::logic_error&) {
      notes_[kRefused] = 1;
    }
  }
  // Once all has been given back but for the stranger's permit, and the stranger is dead.
  std::string what_came_back(int permits) {
    if (notes_[kRefused] != 0) return "refused";
    return semaphore_->value() == permits ? "all came back" : "one is lost";
  }

  Walk standing_still_in(std::function<void()> operation) {
    return {.prepare = [&] { become_a_thread_of_the_lab_process(); },
            .operation = std::move(operation),
            .most_rounds = 8,
            .goes_on = true,
            .after = [&] { return peers_.end(); }};
  }

  enum Word { kStrangerHas, kAgain, kStrangerHasAgain, kRefused, kFound, kWords };
  std::optional<BoundedSemaphore<Processes>> semaphore_;
  detail::OwnerId this_process_ = detail::kNoOwner;
  Ledger<Processes> notes_{kWords};
};

// The other thread takes two permits before the one that the victim is to find and gives back that one, so
// that what is left to the victim lies behind it. The stranger's is the next best.
TEST_F(PermitsFreezeTest, AReleaseGivesBackAPermitOfItsProcessThoughTheyMove) {
  for (const int held : {1, 2}) {
    Walk walk = standing_still_in([&] { release(held); });
    walk.fresh = [&] { make(2, held); };
    walk.meanwhile = [&] {
      semaphore_->acquire();
      semaphore_->acquire();
      release(1);
      release(1);
    };
    walk.afterwards = [&] { peers_.end(); };
    walk.survivor = [&] { return what_came_back(3 + held); };
    expect(freeze_at_every_instruction(walk), {{"all came back", 1}});
  }
}

TEST_F(PermitsFreezeTest, AReleaseIsNotRefusedBesideOneThatIs) {
  Walk walk = standing_still_in([&] { EXPECT_THROW(semaphore_->release(3), std::logic_error); });
  walk.most_rounds = 1;  // an exception takes many
  walk.most_points = 1500;
  walk.fresh = [&] { make(1, 1); };
  walk.meanwhile = [&] { release(1); };
  walk.afterwards = [&] { peers_.end(); };
  walk.survivor = [&] { return what_came_back(3); };
  expect(freeze_at_every_instruction(walk), {{"all came back", 1}});
}

// At each moment one permit is free at least, at the end only the first.
TEST_F(PermitsFreezeTest, AFreePermitIsFoundThoughTheyMove) {
  const std::function<bool()> looks[] = {
      [&] { return semaphore_->try_acquire(); },
      [&] { return semaphore_->try_acquire_for(std::chrono::nanoseconds(0)); },
      [&] { return semaphore_->try_acquire_until(Clock::now()); },
      [&] { return semaphore_->value() > 0; }};
  for (const auto& look : looks) {
    Walk walk = standing_still_in([&] { notes_[kFound] = look() ? 1 : 2; });
    walk.fresh = [&] {
      semaphore_.emplace(3);
      this_process_ = detail::this_process_id();
      notes_[kFound] = 0;
      semaphore_->acquire();
    };
    walk.meanwhile = [&] {
      semaphore_->acquire();
      semaphore_->release(2);
      semaphore_->acquire();
      semaphore_->acquire();
    };
    walk.survivor = [&]() -> std::string {
      await(notes_[kFound]);
      return notes_[kFound] == 1 ? "found" : "not found";
    };
    expect(freeze_at_every_instruction(walk), {{"found", 1}});
  }
}

}  // namespace
}  // namespace gilfree::testing
