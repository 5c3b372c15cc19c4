#include "primitives/tests/support/victim.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// A victim that has not met its end by now waits for its peers, or went another way.
constexpr auto kLost = 2s;

Control& control() {
  static auto* made = static_cast<Control*>(
      ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *made;
}

// Leaves something to give out in each of malloc's short ways, so that it takes these whatever heap the
// victim has inherited, and its path is the same every time.
void settle_malloc() {
  constexpr std::size_t kKept = 7;               // glibc keeps so many of a size for a thread,
  constexpr std::size_t kMostKept = 1024;        // up to there;
  constexpr std::size_t kFast = 112, kMore = 2;  // and more of the smallest, for calloc
  void* volatile blocks[kKept + kMore];          // volatile: or there would be no calls
  blocks[0] = std::malloc(1 << 16);              // has it sort what was freed
  std::free(blocks[0]);
  for (std::size_t size = 16; size <= kMostKept; size += 16) {
    const std::size_t count = kKept + (size <= kFast ? kMore : 0);
    for (std::size_t i = 0; i < count; ++i) blocks[i] = std::malloc(size);
    for (std::size_t i = 0; i < count; ++i) std::free(blocks[i]);
  }
}

// Forks a victim that calls `begin` when it is about to run the operation.
pid_t start(const Deed& deed, const std::function<void()>& begin) {
  control().counting = !deed.wake;
  const pid_t victim = fork_child([&] {
    deed.prepare();
    settle_malloc();
    begin();
    deed.operation();
    end_trace();
  });
  if (deed.wake) {
    await_sleep(victim);
    deed.others();
    await_sleep(victim);  // it looks about now and then
    control().counting = true;
    deed.wake();
  }
  return victim;
}

// True if the child has ended or stopped by then.
bool is_done(pid_t child, int& status) {
  return ::waitpid(child, &status, WNOHANG | WUNTRACED) == child;
}

// Waits for it to end, to stop, or to sleep for good. Its status; 0 if it had to be given up.
int await_fate(pid_t victim, bool may_sleep) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, victim, 0));
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  int status = 0;
  const auto lost = Clock::now() + kLost;
  bool done = false;
  while (!(done = is_done(victim, status)) && Clock::now() < lost) {
    if (may_sleep && state_of(victim) == 'S') break;
    (void)::poll(&end, 1, 1);  // does not hear of a stop
  }
  ::close(pidfd);
  if (done) return status;
  ::kill(victim, SIGKILL);
  ::waitpid(victim, nullptr, 0);
  return 0;
}

std::vector<std::uintptr_t> trace(const Deed& deed) {
  const pid_t victim = start(deed, [] { begin_trace(control()); });
  if (deed.ends_asleep) {
    await_sleep(victim);
    end(victim);
  } else {
    ended(victim, 20s);
  }
  return {control().at, control().at + control().steps};
}

// Sends a victim to `step`: what became of it, as waitpid says; 0 if it never came there.
int send(const Deed& deed, const Step& step, Fate fate, pid_t& victim) {
  victim =
      start(deed, [&] { stop_at(control(), step.address, step.occurrence, step.beyond, fate); });
  return await_fate(victim, deed.ends_asleep);
}

}  // namespace

std::vector<Step> path_of(const Deed& deed, int most_rounds) {
  static const auto own =
      trace({.prepare = [] {}, .operation = [] {}, .others = [] {}, .wake = {}});
  const std::unordered_set<std::uintptr_t> skipped(own.begin(), own.end());
  const auto all = trace(deed);
  std::vector<Step> path;
  std::unordered_map<std::uintptr_t, int> occurrences;
  std::unordered_map<std::uintptr_t, int> beyond;  // how far the addresses are that were met since
  Step here{};
  for (const auto address : all) {
    const int occurrence = ++occurrences[address];
    if (can_stop_at(address)) {
      here = {address, occurrence, 0};
      beyond.clear();
    } else {
      // A clock that ticks while it is read is read again; single steps make that likely.
      const auto [met, is_first] = beyond.try_emplace(address, here.beyond + 1);
      here.beyond = met->second;
      if (!is_first) continue;
    }
    if (skipped.count(address) == 0 && occurrence <= most_rounds) path.push_back(here);
  }
  return path;
}

bool kill_at(const Deed& deed, const Step& step) {
  pid_t victim = 0;
  const int status = send(deed, step, Fate::kDies, victim);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

pid_t freeze_at(const Deed& deed, const Step& step) {
  pid_t victim = 0;
  return WIFSTOPPED(send(deed, step, Fate::kFreezes, victim)) ? victim : 0;
}

void thaw(pid_t victim) {
  ::kill(victim, SIGCONT);
  for (char state = 'R'; state != 'S' && state != 'Z'; state = state_of(victim)) ::usleep(50);
}

bool ended(pid_t child, std::chrono::milliseconds patience) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  bool in_time = false;
  for (int tries = 0; !in_time && tries < 10; ++tries) {
    in_time = ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
    if (!in_time && state_of(child) == 'S') break;
  }
  ::close(pidfd);
  if (!in_time) ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return in_time;
}

void end(pid_t child) {
  if (child <= 0) return;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace gilfree::testing
