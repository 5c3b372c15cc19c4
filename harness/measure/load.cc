#include "harness/measure/load.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "harness/base/cpus.h"
#include "harness/base/errors.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kSlot = 10ms;

// Returns when some microseconds of work are done.
void work_a_little() {
  for (int step = 0; step < 2000; ++step) asm volatile("" ::: "memory");
}

void work_always() {
  while (true) work_a_little();
}

// Works in each slot with an even number, on the clock that all CPUs share.
void work_every_other_slot() {
  while (true) {
    const auto slot = Clock::now().time_since_epoch() / kSlot;
    if (slot % 2 == 0) {
      work_a_little();
    } else {
      std::this_thread::sleep_until(Clock::time_point(kSlot * (slot + 1)));
    }
  }
}

// The process of the load. `parent` is looked at as well, since prctl may be refused.
[[noreturn]] void be_the_load(int from, pid_t parent, bool half) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "bench-all load");
  int cpu = 0;
  while (::read(from, &cpu, sizeof cpu) == sizeof cpu && ::getppid() == parent) {
    std::thread([cpu, half] {
      stay_on(cpu);
      half ? work_every_other_slot() : work_always();
    }).detach();
  }
  ::_exit(0);
}

}  // namespace

Load::Load(const std::string& level) {
  if (level == "none") return;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("the load: " + reason(errno));
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    ::close(ends[1]);
    be_the_load(ends[0], parent, level == "half");
  }
  ::close(ends[0]);
  cpus_ = ends[1];
  if (process_ > 0) return;
  ::close(cpus_);
  throw std::runtime_error("the load cannot be started: " + reason(errno));
}

void Load::begin(const std::vector<int>& cpus) {
  if (process_ == 0) return;
  for (const int cpu : cpus) {
    if (::send(cpus_, &cpu, sizeof cpu, MSG_NOSIGNAL) != sizeof cpu) {
      throw std::runtime_error("the load has ended: " + reason(errno));
    }
  }
}

void Load::end() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::close(cpus_);
  process_ = 0;
}

}  // namespace harness
