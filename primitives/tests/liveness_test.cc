// Is an owner alive? What the table and the kernel answer where ids are reused, descriptors are used up, and
// programs are replaced by exec.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <latch>
#include <string>
#include <system_error>
#include <thread>

#include "gilfree/detail/base/proc_stat.h"
#include "gilfree/detail/identity/owner_id.h"
#include "gilfree/detail/identity/participant.h"
#include "gilfree/lock.h"
#include "gilfree/semaphore.h"
#include "primitives/tests/support/killable_process.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/worlds.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;
using detail::kernel_knows;
using detail::OwnerId;
using detail::OwnerKind;

class LivenessTest : public Watchdog {};

std::uint32_t own_id() { return static_cast<std::uint32_t>(::gettid()); }

int status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST_F(LivenessTest, AnIdThatAnotherStartedWithLaterIsDead) {
  const OwnerId thread = detail::name_this_thread(), process = detail::name_this_process();
  EXPECT_TRUE(kernel_knows(thread, OwnerKind::kThread));
  EXPECT_TRUE(kernel_knows(process, OwnerKind::kProcess));
  const std::uint32_t tick = 1u << detail::kProgramBits;
  for (const std::uint32_t other : {tick, 0u - tick, 1u << 31, 0x7ffu * tick}) {
    const auto reused = detail::make_owner_id(0, own_id(), detail::born(thread) + other);
    EXPECT_FALSE(kernel_knows(reused, OwnerKind::kThread)) << other;
    EXPECT_FALSE(kernel_knows(reused, OwnerKind::kProcess)) << other;
  }
}

TEST_F(LivenessTest, AProcessIdThatBecameAThreadsIdIsDead) {
  std::latch named(1), end(1);
  std::uint32_t id = 0;
  std::thread thread([&] {
    id = own_id();
    named.count_down();
    end.wait();
  });
  named.wait();
  const auto born = detail::born(detail::name_this_process());
  EXPECT_FALSE(kernel_knows(detail::make_owner_id(0, id, born + (1u << 31)), OwnerKind::kProcess));
  end.count_down();
  thread.join();
}

TEST_F(LivenessTest, AZombieIsDead) {
  OwnerId child_id = detail::kNoOwner;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = fork_child([&] {
    const OwnerId mine = detail::this_process_id();
    (void)!::write(pipe[1], &mine, sizeof mine);
  });
  ASSERT_EQ(::read(pipe[0], &child_id, sizeof child_id), ssize_t{sizeof child_id});
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(kernel_knows(child_id, OwnerKind::kProcess));
  EXPECT_FALSE(kernel_knows(child_id, OwnerKind::kThread));
  status_of(child);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(LivenessTest, AProcessLivesOnWhenItsFirstThreadHasEnded) {
  BoundedSemaphore<Processes> permits(1);
  Ledger<Processes> ready(1);
  const pid_t child = fork_child([&] {
    permits.acquire();
    const pid_t first = ::gettid();
    std::thread([&, first] {
      while (true) {
        const auto stat =
            detail::read_proc_stat(("/proc/" + std::to_string(first) + "/stat").c_str());
        if (stat && stat->has_ended()) break;
        std::this_thread::yield();
      }
      ready[0] = 1;
      while (true) ::pause();
    }).detach();
    ::syscall(SYS_exit, 0);
  });
  while (ready[0] == 0) std::this_thread::yield();
  EXPECT_FALSE(permits.try_acquire());
  EXPECT_FALSE(permits.try_acquire_for(50ms));
  ::kill(child, SIGKILL);
  status_of(child);
  EXPECT_TRUE(permits.try_acquire());
}

// Only an unrelated process can have written such a word: no thread has the id 0, by which kill(2) means
// the caller's process group.
TEST_F(LivenessTest, AnOwnerWithoutAnIdIsDead) {
  for (const OwnerId owner : {OwnerId{1}, OwnerId{5}, OwnerId{1} << 40, OwnerId{1} << 63}) {
    EXPECT_TRUE(detail::is_dead<Processes>(owner)) << owner;
    EXPECT_FALSE(detail::process_runs(owner)) << owner;
  }
}

TEST_F(LivenessTest, AThreadInTheTableKeepsItsProcessAliveWithoutAskingTheKernel) {
  (void)detail::self<Processes>();
  EXPECT_TRUE(detail::Participants::table().has_living_thread_of(detail::this_process_id()));
  EXPECT_TRUE(detail::process_runs(detail::this_process_id()));
  OwnerId ended = detail::kNoOwner;
  std::thread([&] { ended = detail::self<Processes>(); }).join();
  EXPECT_TRUE(detail::is_dead<Processes>(ended));
}

// `body` in a process that may open nothing more.
int without_descriptors(const std::function<int()>& body) {
  return status_of(fork_child([&] {
    const rlimit few{32, 32};
    ::setrlimit(RLIMIT_NOFILE, &few);
    while (::open("/dev/null", O_RDONLY) >= 0) continue;
    ::_exit(body());
  }));
}

TEST_F(LivenessTest, AnOwnerIsNamedAlikeWithAndWithoutAFreeDescriptor) {
  EXPECT_EQ(without_descriptors([] {
              const OwnerId thread = detail::name_this_thread();
              const OwnerId process = detail::name_this_process();
              for (int fd = 3; fd < 32; ++fd) ::close(fd);
              return thread == detail::name_this_thread() && process == detail::name_this_process()
                         ? 0
                         : 1;
            }),
            0);
}

TEST_F(LivenessTest, ADeadHoldersPermitAndLockComeBackWithoutAFreeDescriptor) {
  BoundedSemaphore<Processes> permits(2);
  Lock<Processes> lock;
  auto dead = KillableProcess::after([&] {
    permits.acquire();
    lock.lock();
  });
  auto alive = KillableProcess::after([&] { permits.acquire(); });
  EXPECT_EQ(without_descriptors([&] { return permits.try_acquire() || lock.try_lock() ? 1 : 0; }),
            0);
  dead.kill();
  EXPECT_EQ(without_descriptors([&] {
              if (!permits.try_acquire()) return 1;
              if (permits.try_acquire()) return 2;  // the other holder is alive
              return lock.try_lock() && lock.abandoned() ? (lock.unlock(), 0) : 3;
            }),
            0);
}

TEST_F(LivenessTest, ALockAndAPermitAreAbandonedByExec) {
  Lock<Processes> lock;
  BoundedSemaphore<Processes> permits(1);
  const pid_t holder = fork_child([&] {
    lock.lock();
    permits.acquire();
    ::execl("/bin/sleep", "sleep", "1000", nullptr);
  });
  lock.lock();
  while (!lock.abandoned()) {  // or it was not held yet
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  permits.acquire();
  EXPECT_EQ(::kill(holder, 0), 0);
  lock.unlock();
  permits.release();
  ::kill(holder, SIGKILL);
  status_of(holder);
}

TEST_F(LivenessTest, TheProgramIsPartOfANameSoThatExecChangesIt) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  const pid_t child = fork_child([&] {
    const OwnerId mine = detail::name_this_thread();
    (void)!::write(pipe[1], &mine, sizeof mine);
    ::execl("/bin/sleep", "sleep", "1000", nullptr);
  });
  ::close(pipe[1]);
  OwnerId before = detail::kNoOwner;
  ASSERT_EQ(::read(pipe[0], &before, sizeof before), ssize_t{sizeof before});
  char end;
  ASSERT_EQ(::read(pipe[0], &end, 1), 0);  // closed by exec
  EXPECT_FALSE(kernel_knows(before, OwnerKind::kThread));
  EXPECT_FALSE(kernel_knows(before, OwnerKind::kProcess));
  EXPECT_EQ(::kill(child, 0), 0);
  ::kill(child, SIGKILL);
  status_of(child);
  ::close(pipe[0]);
}

// Ticks of 10 ms since boot, as 32 bits count them: they wrap after 497 days.
std::uint32_t ticks() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000);
}

// Runs where the wrap is near: rough.liveness_across_the_wrap.
TEST_F(LivenessTest, HoldersAndWaitersOnBothSidesOfTheWrapSeeEachOther) {
  if (-ticks() > 1'000) GTEST_SKIP() << "the machine's boot is not 497 days ago";
  BoundedSemaphore<Processes> permits(2);
  Lock<Processes> lock;
  auto before = KillableProcess::after([&] {
    permits.acquire();
    lock.lock();
  });
  while (-ticks() <= 1'000) std::this_thread::yield();  // awaits the clock itself
  auto after = KillableProcess::after([&] { permits.acquire(); });
  const auto ask = [&] {
    return answer_of(
        fork_child([&] { ::_exit((permits.try_acquire() ? 1 : 0) + (lock.try_lock() ? 2 : 0)); }));
  };
  EXPECT_EQ(ask(), 0);                  // from a process that began after the wrap
  EXPECT_FALSE(permits.try_acquire());  // and from one that began before it
  EXPECT_FALSE(lock.try_lock());
  after.kill();
  EXPECT_TRUE(permits.try_acquire());
  EXPECT_FALSE(permits.try_acquire());
  before.kill();
  EXPECT_TRUE(permits.try_acquire());
  lock.lock();
  EXPECT_TRUE(lock.abandoned());
  lock.unlock();
}

// A child in a namespace of its own, of the kind that unshare() gives to children.
TEST_F(LivenessTest, AChildInAnotherPidOrTimeNamespaceIsRefusedWhenItAttaches) {
  BoundedSemaphore<Processes> permits(1);
  permits.acquire();
  for (const int kind : {CLONE_NEWPID, CLONE_NEWTIME}) {
    const int status = status_of(fork_child([&] {
      if (::unshare(kind) != 0) ::_exit(77);
      const pid_t inner = fork_child([&] {
        try {
          (void)permits.try_acquire();
        } catch (const std::system_error& refusal) {
          const bool is_clear = std::string(refusal.what()).find("namespace") != std::string::npos;
          ::_exit(refusal.code().value() == EXDEV && is_clear ? 0 : 1);
        }
        ::_exit(2);
      });
      ::_exit(WEXITSTATUS(status_of(inner)));
    }));
    if (WEXITSTATUS(status) == 77) continue;  // needs the right to unshare
    EXPECT_EQ(WEXITSTATUS(status), 0) << kind;
  }
  EXPECT_FALSE(permits.try_acquire());
}

}  // namespace
}  // namespace gilfree::testing
