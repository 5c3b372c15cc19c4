#include "primitives/tests/support/lab_process.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "gilfree/deadline.h"
#include "gilfree/detail/identity/participant.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"
#include "primitives/tests/support/shared_memory_child.h"
#include "primitives/tests/support/victim.h"

namespace gilfree::testing {
namespace {

// After hanging for so long in all, the rest of the points is not asked about.
constexpr auto kEnough = std::chrono::seconds(30);

struct Word {
  char text[56];
};

// Shared by the lab, the lab process and the survivor.
struct LabBoard {
  static constexpr std::size_t kMost = Control::kMostSteps;

  std::atomic<std::size_t> answered;
  std::atomic<pid_t> survivor;  // 0: none is being asked
  std::atomic<std::int64_t> slowest_us;
  Word said;          // by the survivor
  Word words[kMost];  // of the points, by the lab process
};

LabBoard& board() {
  static auto* made =
      static_cast<LabBoard*>(::mmap(nullptr, sizeof(LabBoard), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return *made;
}

void write(Word& word, const std::string& text) {
  std::strncpy(word.text, text.c_str(), sizeof word.text - 1);
  word.text[sizeof word.text - 1] = '\0';
}

// What follows one after the other is not to wake an idle CPU each time.
void stay_on_this_cpu() {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(::sched_getcpu(), &here);
  ::sched_setaffinity(0, sizeof here, &here);
}

std::chrono::nanoseconds cpu_time_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) == 0) (void)::clock_gettime(clock, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// False if the lab process hangs. A survivor that waits for a CPU, rather than sleep or go round in a circle, has
// ten times as long, and so has whatever else the lab process does.
bool ends_well(pid_t process, std::chrono::milliseconds patience) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  pollfd end{.fd = pidfd, .events = POLLIN, .revents = 0};
  bool ended = false;
  std::size_t before = board().answered;
  for (int tries = 0; !ended && tries < 10; ++tries) {
    ended = ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
    const bool moves = std::exchange(before, board().answered) != before;
    if (moves) tries = -1;
    const pid_t survivor = board().survivor;
    if (ended || moves || survivor == 0) continue;
    if (state_of(survivor) == 'S' || cpu_time_of(survivor) > patience / 2) break;
  }
  ::close(pidfd);
  return ended;
}

}  // namespace

std::vector<std::string> ask_lab_process(std::size_t count, const LabOptions& options,
                                         const std::function<std::string(std::size_t)>& answer) {
  LabBoard& shared = board();
  (void)
      detail::self<Processes>();  // so that the loader need not look up what that takes in a child
  std::size_t done = 0;
  std::chrono::milliseconds hung{};
  for (; done < count; ++done) {
    shared.answered = done;
    shared.survivor = 0;
    const pid_t process = fork_child([&] {
      if (options.on_one_cpu) stay_on_this_cpu();
      (void)detail::self<Processes>();
      for (; done < count; ++done) {
        write(shared.words[done], answer(done));
        shared.answered = done + 1;
      }
    });
    const bool ended = ends_well(process, options.patience);
    end(process);
    done = shared.answered;
    if (done == count) break;
    write(shared.words[done], ended ? "lab process died" : "hang");
    if (!ended && (hung += options.patience) >= kEnough) {
      while (++done < count) write(shared.words[done], "not asked");
    }
  }
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) words.emplace_back(shared.words[i].text);
  return words;
}

std::string ask_survivor_in_child(const std::function<std::string()>& survivor) {
  LabBoard& shared = board();
  write(shared.said, "survivor died");
  const auto since = Clock::now();
  run_child([&] {
    shared.survivor = ::getpid();
    write(shared.said, survivor());
  });
  shared.survivor = 0;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since);
  shared.slowest_us = std::max<std::int64_t>(shared.slowest_us, took.count());
  return shared.said.text;
}

std::chrono::microseconds take_slowest_survivor() {
  return std::chrono::microseconds(board().slowest_us.exchange(0));
}

}  // namespace gilfree::testing
