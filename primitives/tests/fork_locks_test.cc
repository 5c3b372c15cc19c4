// A fork while another thread is within the library: the child finds each lock free, and what it guards whole.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "gilfree/detail/base/fork_mutex.h"
#include "gilfree/process.h"
#include "gilfree/thread.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/sanitizers.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr std::size_t kLong =
    1 << 20;  // a name whose lock is held for most of the time in which it is read
constexpr int kGood = 7;
constexpr unsigned kPatience = 20;  // seconds until a child counts as hanging

// Does the same in another thread over and over, from construction to destruction.
class Traffic {
 public:
  explicit Traffic(std::function<void()> once)
      : thread_([this, once = std::move(once)] {
          for (once(), begun_.count_down(); !done_;) once();
        }) {
    begun_.wait();
  }
  ~Traffic() {
    done_ = true;
    thread_.join();
  }

 private:
  std::latch begun_{1};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// Asks a forked child: its answer, or -N if signal N ended it.
int ask_child(const std::function<bool()>& question) {
  const pid_t child = fork_child([&] {
    end_after(kPatience);
    ::_exit(question() ? kGood : 1);
  });
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// Reads and sets the name; true if it was whole.
template <typename Handle>
bool has_whole_name(const Handle& named) {
  const std::string name = named.name();
  named.set_name("child");
  return name == std::string(kLong, 'x') && named.name() == "child";
}

// While another thread reads the name of one, and sets that of the other.
template <typename Handle>
int fork_while_named(const Handle& handle) {
  handle.set_name(std::string(kLong, 'x'));
  const Traffic traffic([&] {
    (void)handle.name();
    handle.set_name(std::string(kLong, 'x'));
  });
  int answer = kGood;
  for (int i = 0; i < 10 && answer == kGood; ++i) {
    answer = ask_child([&] { return has_whole_name(handle); });
  }
  return answer;
}

class ForkLocksTest : public Watchdog {
 protected:
  void SetUp() override {
    Watchdog::SetUp();
    if (!kForksAmongThreads) GTEST_SKIP() << "the sanitizer's allocator may be locked in the child";
  }
};

TEST_F(ForkLocksTest, TheNameOfAThreadIsWholeAndFreeWhateverItsState) {
  Thread fresh([] {}), ended([] {});
  ended.start();
  ended.join();
  std::latch end(1);
  Thread running([&] { end.wait(); });
  running.start();
  for (const ThreadHandle& handle :
       {main_thread(), ThreadHandle(fresh), ThreadHandle(running), ThreadHandle(ended)}) {
    EXPECT_EQ(fork_while_named(handle), kGood);
  }
  end.count_down();
  main_thread().set_name("MainThread");
}

TEST_F(ForkLocksTest, TheNameOfTheThreadThatForksToo) {
  Thread forker([] { EXPECT_EQ(fork_while_named(current_thread()), kGood); });
  forker.start();
}

TEST_F(ForkLocksTest, TheNameOfAProcessIsWholeAndFreeWhateverItsState) {
  Process fresh([] {}), ended([] {}), running([] { ::pause(); }, {.daemon = true});
  ended.start();
  ended.join();
  running.start();
  for (const ProcessHandle& handle :
       {current_process(), ProcessHandle(fresh), ProcessHandle(running), ProcessHandle(ended)}) {
    EXPECT_EQ(fork_while_named(handle), kGood);
  }
  current_process().set_name("MainProcess");
}

TEST_F(ForkLocksTest, TheNameOfTheParentProcessToo) {
  Process child([] { return fork_while_named(*parent_process()); });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), kGood);
}

TEST_F(ForkLocksTest, TheNameOfTheProcessThatIsBeingStartedToo) {
  for (int i = 0; i < 10; ++i) {
    Process child(
        [] {
          end_after(kPatience);
          return has_whole_name(current_process()) ? kGood : 1;
        },
        {.name = std::string(kLong, 'x')});
    const Traffic traffic([&] { (void)child.name(); });
    child.start();
    child.join();
    ASSERT_EQ(child.exitcode(), kGood);
  }
}

TEST_F(ForkLocksTest, ThreadsAndProcessesThatAreStartedAndListedToo) {
  const Traffic threads([] {
    Thread thread([] { (void)current_thread(); });
    thread.start();
    (void)enumerate();
  });
  const Traffic processes([] {
    Process process([] {});
    process.start();
    (void)active_children();
  });
  for (int i = 0; i < 10; ++i) {
    const int answer = ask_child([] {
      Thread thread([] { (void)std::thread([] { (void)current_thread(); }).join(); });
      Process process([] { return kGood; });
      thread.start();
      process.start();
      process.join();
      thread.join();
      return active_count() == 1 && active_children().empty() && process.exitcode() == kGood;
    });
    ASSERT_EQ(answer, kGood);
  }
}

// Holds each of them in turn, until the fork waits for it. Else the child would see `whole` as it was before.
TEST_F(ForkLocksTest, AForkWaitsForEachLockAndAChildFindsAllOfThemFree) {
  int known = 0;
  for (auto* held = detail::ForkMutex::last(); held != nullptr; held = held->before(), ++known) {
    SleepWatch<Threads> watch(1);
    int answer = 0;
    std::atomic<bool> whole{false};
    std::unique_lock hold(*held);
    std::thread forker([&] {
      watch.will_sleep(0);
      answer = ask_child([&] {
        bool all_free = whole;
        for (auto* each = detail::ForkMutex::last(); each != nullptr; each = each->before()) {
          all_free = all_free && each->try_lock();
        }
        return all_free;
      });
    });
    watch.await(0);
    whole = true;
    hold.unlock();
    forker.join();
    EXPECT_EQ(answer, kGood) << known;
  }
  EXPECT_GE(known, 4) << "threads, children, their channels, and names";
}

}  // namespace
}  // namespace gilfree::testing
