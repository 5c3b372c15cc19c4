// Children that are made without fork(), so that no handler of pthread_atfork runs in them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/lock.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using detail::OwnerId;

class RawChildTest : public Watchdog {};

int status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

pid_t raw_fork() { return ::_Fork(); }
pid_t raw_clone() { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }

void expect_new_identity(pid_t (*make_child)()) {
  if (::sysconf(_SC_PAGESIZE) > 4096) GTEST_SKIP() << "names are wiped where pages have 4 KiB";
  RLock<Processes> again;
  Lock<Processes> lock;
  BoundedSemaphore<Processes> permits(2);
  again.lock();
  permits.acquire();
  const pid_t child = make_child();
  if (child == 0) {
    if (again.try_lock()) ::_exit(1);  // it is the parent's
    if (!permits.try_acquire()) ::_exit(2);
    lock.lock();
    ::raise(SIGKILL);
  }
  const int status = status_of(child);
  EXPECT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
  EXPECT_TRUE(permits.try_acquire());
  EXPECT_FALSE(permits.try_acquire());  // this process lives and holds both
  again.unlock();
}

TEST_F(RawChildTest, AChildOfUnderscoreForkHasAnIdentityOfItsOwn) { expect_new_identity(raw_fork); }

TEST_F(RawChildTest, AChildOfCloneHasAnIdentityOfItsOwnThoughItHasNoRobustList) {
  expect_new_identity(raw_clone);
}

TEST_F(RawChildTest, ACloneIsAParticipantWithoutASlot) {
  (void)detail::self<Processes>();
  const pid_t child = raw_clone();
  if (child == 0) {
    const OwnerId mine = detail::self<Processes>();
    ::_exit(detail::slot_of(mine) >= detail::kMostParticipants && !detail::is_dead<Processes>(mine)
                ? 0
                : 1);
  }
  EXPECT_EQ(status_of(child), 0);
}

}  // namespace
}  // namespace gilfree::testing
