#include "primitives/tests/support/crash_lab.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "primitives/core/participant.h"
#include "primitives/tests/support/breakpoint.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

// Long against anything the library promises, short enough that a broken version is found out soon.
constexpr auto kHang = 2s;

template <typename T>
T& shared_page() {
  void* memory =
      ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<T*>(memory);
}

struct Word {
  char text[120];
};

// Waits for a child to end. False if it had not within `patience`; then it is killed.
bool ended(pid_t child, std::chrono::milliseconds patience) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  const bool in_time = ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
  ::close(pidfd);
  if (!in_time) ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return in_time;
}

std::vector<std::uintptr_t> trace_child(const Walk& walk, const std::function<void()>& operation) {
  static Trace& trace = shared_page<Trace>();
  walk.fresh();
  const pid_t child = fork_child([&] {
    walk.prepare();
    begin_trace(trace);
    operation();
    end_trace();
  });
  ended(child, 20s);
  walk.after();
  return {trace.at, trace.at + trace.length};
}

// Where the operation goes, starting from a fresh state, without the lab's own way in and out.
std::vector<std::uintptr_t> trace_of(const Walk& walk) {
  const auto own = trace_child(walk, [] {});
  auto trace = trace_child(walk, walk.operation);
  std::erase_if(
      trace, [&](std::uintptr_t at) { return std::find(own.begin(), own.end(), at) != own.end(); });
  return trace;
}

// Kills a victim at step `index` of the trace. False if it lived to its end.
bool kill_at(const Walk& walk, std::uintptr_t address, int occurrence, std::size_t index) {
  const pid_t victim = fork_child([&] {
    walk.prepare();
    if (!die_at(address, occurrence)) die_after(index + 1);  // some instructions early: never late
    walk.operation();
    ::_exit(0);
  });
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, victim, 0));
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  if (::poll(&end, 1, 2000) == 0) ::kill(victim, SIGKILL);  // waits for its peers: killed waiting
  ::close(pidfd);
  int status = 0;
  ::waitpid(victim, &status, 0);
  return WIFSIGNALED(status);
}

std::string ask(const Walk& walk, Findings& found) {
  static Word& word = shared_page<Word>();
  std::strcpy(word.text, "survivor died");
  const auto start = Clock::now();
  const pid_t survivor =
      fork_child([&] { std::strncpy(word.text, walk.survivor().c_str(), sizeof word.text - 1); });
  const bool in_time = ended(survivor, kHang);
  found.slowest = std::max(
      found.slowest, std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start));
  std::string verdict = in_time ? word.text : "hang";
  if (const std::string overruled = walk.after(); !overruled.empty()) verdict = overruled;
  return verdict;
}

}  // namespace

bool Findings::only(const std::map<std::string, int>& words) const {
  return std::all_of(verdicts.begin(), verdicts.end(),
                     [&](const auto& verdict) { return words.count(verdict.first) > 0; });
}

std::ostream& operator<<(std::ostream& out, const Findings& findings) {
  out << findings.points << " points";
  if (findings.missed > 0) out << ", " << findings.missed << " missed";
  for (const auto& [word, count] : findings.verdicts) out << ", " << count << " " << word;
  return out << ", " << findings.edges << " edges, slowest survivor " << findings.slowest.count()
             << " us";
}

Findings kill_at_every_instruction(const Walk& walk) {
  (void)core::Participants::table();
  const auto trace = trace_of(walk);
  Findings found;
  std::unordered_map<std::uintptr_t, int> occurrences;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const int occurrence = ++occurrences[trace[i]];
    walk.fresh();
    if (!kill_at(walk, trace[i], occurrence, i)) {
      ++found.missed;
      walk.after();
      continue;
    }
    const std::string verdict = ask(walk, found);
    found.hangs += verdict == "hang" ? 1 : 0;
    if (found.points > 0 && verdict != found.last) ++found.edges;
    if (found.points++ == 0) found.first = verdict;
    found.last = verdict;
    ++found.verdicts[verdict];
  }
  return found;
}

std::string ask_survivor(const Walk& walk) {
  Findings ignored;
  walk.fresh();
  return ask(walk, ignored);
}

}  // namespace gilfree::testing
