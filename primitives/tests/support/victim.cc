#include "primitives/tests/support/victim.h"

#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/shared_memory_child.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// How long a victim may be under way; and one that is traced or frozen.
constexpr auto kLost = 2s, kSlow = 30s;
// A thread found asleep so often in a row stays so. In microseconds: 20 ms in all.
constexpr int kLooks = 100, kBetweenLooks = 200;

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

// The same for larger blocks, in a victim with memory of its own: keeps what is free below the end of the
// heap, so that all of them are cut from there, and leaves room for that. Otherwise a block may be cut from
// what a walk has freed, which the process that traced the path had not done yet.
void settle_heap() {
  constexpr int kRoom = 1 << 20, kNever = 1 << 30;
  constexpr std::size_t kLarge = 1 << 16, kSmall = 512;
  ::mallopt(M_TOP_PAD, kRoom);
  ::mallopt(M_TRIM_THRESHOLD, kNever);
  ::mallopt(M_MMAP_THRESHOLD, kRoom);
  void* volatile room = std::malloc(kRoom - kLarge);
  std::free(room);  // the end of the heap begins there now, or before
  for (std::size_t size = kLarge; size >= kSmall; size /= 2) {
    void* volatile block = nullptr;  // lost, unless it is of the end
    do block = std::malloc(size);
    while (std::less<void*>()(block, room));
    std::free(block);
  }
}

// A victim's life; `begin` is called when it is about to run the operation. If it has not met its end
// when `most` is over, SIGALRM is its end: it waits for its peers, or went another way.
void live(const Deed& deed, std::chrono::seconds most, const std::function<void()>& begin) {
  const itimerval limit{.it_interval = {}, .it_value = {.tv_sec = most.count(), .tv_usec = 0}};
  ::setitimer(ITIMER_REAL, &limit, nullptr);
  deed.prepare();
  if (deed.maps_memory) settle_heap();
  settle_malloc();
  begin();
  deed.operation();
  end_trace();
}

bool shares_memory(const Deed& deed) {
  return can_share_memory() && !deed.wake && !deed.maps_memory;
}

// Runs a victim to its end on its parent's memory: its status, as waitpid has it.
int run(
    const Deed& deed, std::chrono::seconds most, const std::function<void()>& begin,
    const std::function<void()>& at_its_end = [] {}) {
  control().counting = true;
  return run_sharing_memory([&] { live(deed, most, begin); }, at_its_end);
}

// Forks one that others may meet.
pid_t start(const Deed& deed, std::chrono::seconds most, const std::function<void()>& begin,
            bool is_traced = false) {
  control().counting = !deed.wake;
  const pid_t victim = fork_child([&] { live(deed, most, begin); });
  if (deed.wake) {
    await_sleep(victim);
    deed.others();
    if (is_traced) ::kill(victim, SIGTRAP);
    await_sleep(victim);  // it looks about now and then
    control().counting = true;
    deed.wake();
  }
  return victim;
}

std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::ifstream in("/proc/" + id + "/task/" + id + "/children");
  return {std::istream_iterator<pid_t>(in), {}};
}

// In a victim.
void stop_peers() {
  for (const pid_t peer : children_of(::getppid())) {
    if (peer == ::getpid() || ::kill(peer, SIGSTOP) != 0) continue;
    while (std::strchr("TZ?", state_of(peer)) == nullptr) ::sched_yield();
  }
}
// In the lab process.
void continue_peers() {
  for (const pid_t peer : children_of(::getpid())) ::kill(peer, SIGCONT);
}

// Waits until it has ended or stopped.
int await_fate(pid_t victim) {
  int status = 0;
  ::waitpid(victim, &status, WUNTRACED);
  return status;
}

// The same for one that goes to sleep for good if it does not meet its fate; 0 then.
int await_fate_or_sleep(pid_t victim) {
  int status = 0;
  for (int looks = 0; looks < kLooks; ++looks, ::usleep(kBetweenLooks)) {
    if (::waitpid(victim, &status, WNOHANG | WUNTRACED) != 0) return status;
    if (state_of(victim) != 'S') looks = 0;
  }
  end(victim);
  return 0;
}

// Removes the breakpoints that a victim has planted in code that was lent to it: in libc's memcmp, for instance, by which
// what it changed is found.
class CodeAsItIs {
 public:
  explicit CodeAsItIs(std::uintptr_t address) {
    remember(address);
    for (const auto call : control().blocking) {
      if (call != 0 && call != address) remember(call);
    }
  }
  CodeAsItIs(const CodeAsItIs&) = delete;
  CodeAsItIs& operator=(const CodeAsItIs&) = delete;

  // Calls nothing of libc.
  void put_back() const {
    for (const auto& [code, byte] : bytes_) {
      if (*code != byte) *code = byte;
    }
  }

 private:
  void remember(std::uintptr_t address) {
    auto* const code = reinterpret_cast<std::uint8_t*>(address);
    bytes_.emplace_back(code, *code);
  }

  std::vector<std::pair<std::uint8_t*, std::uint8_t>> bytes_;
};

std::vector<std::uintptr_t> addresses() { return {control().at, control().at + control().steps}; }

}  // namespace

void trace(const Deed& given) {
  const auto begin = [] { begin_trace(control()); };
  Deed deed = given;
  const bool alone = !deed.wake && !deed.contended;
  if (alone) {
    deed.prepare = [&] {
      given.prepare();
      stop_peers();
    };
  }
  control().steps = 0;
  if (shares_memory(deed) && !deed.ends_asleep) {
    run(deed, kSlow, begin);
  } else {
    const pid_t victim = start(deed, kSlow, begin, true);
    if (deed.ends_asleep) {
      await_sleep(victim);
      end(victim);
    } else {
      await_fate(victim);
    }
  }
  if (alone) continue_peers();
}

const std::unordered_set<std::uintptr_t>& way_in_and_out() {
  static const auto met = [] {
    trace({.prepare = [] {}, .operation = [] {}, .others = [] {}, .wake = {}});
    const auto own = addresses();
    return std::unordered_set<std::uintptr_t>(own.begin(), own.end());
  }();
  return met;
}

std::vector<Step> traced_path(int most_rounds) {
  const auto& skipped = way_in_and_out();
  std::vector<Step> path;
  std::unordered_map<std::uintptr_t, int> occurrences;
  std::unordered_map<std::uintptr_t, int> beyond;  // how far the addresses are that were met since
  Step here{};
  for (const auto address : addresses()) {
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
  const auto begin = [&] {
    stop_at(control(), step.address, step.occurrence, step.beyond, Fate::kDies);
  };
  if (step.address == 0) return false;
  int status = 0;
  if (shares_memory(deed)) {
    const CodeAsItIs code(step.address);
    status = run(deed, kLost, begin, [&] { code.put_back(); });
  } else {
    const pid_t victim = start(deed, kLost, begin);
    status = deed.ends_asleep ? await_fate_or_sleep(victim) : await_fate(victim);
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

pid_t freeze_at(const Deed& deed, const Step& step) {
  const pid_t victim = start(deed, kSlow, [&] {
    stop_at(control(), step.address, step.occurrence, step.beyond, Fate::kFreezes);
  });
  return WIFSTOPPED(await_fate(victim)) ? victim : 0;
}

void thaw(pid_t victim) {
  ::kill(victim, SIGCONT);
  for (char state = 'R'; state != 'S' && state != 'Z'; state = state_of(victim)) ::usleep(50);
}

void end(pid_t child) {
  if (child <= 0) return;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace gilfree::testing
