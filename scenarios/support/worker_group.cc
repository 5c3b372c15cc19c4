#include "scenarios/support/worker_group.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "harness/base/errors.h"
#include "harness/base/stage.h"

namespace scenarios {

// The message of the first worker that failed, and which workers have ended as they should.
struct WorkerGroup::Shared {
  std::atomic<bool> is_set{false};
  char text[512] = {};
  // Of each process: its body has returned, or may end by an exit of its own.
  static constexpr int kMostProcesses = 1 << 16;
  std::atomic<bool> may_end[kMostProcesses];
};

namespace {

void make_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no file descriptors are left");
}

bool read_byte(int fd) {
  char byte;
  ssize_t n;
  while ((n = ::read(fd, &byte, 1)) < 0 && errno == EINTR) continue;
  return n == 1;
}

void close(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

}  // namespace

WorkerGroup::WorkerGroup(WorkerKind kind) : kind_(kind) {
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  shared_ = ::new (memory) Shared;
  make_pipe(ready_);
  make_pipe(gate_);
}

WorkerGroup::~WorkerGroup() {
  for (const auto& child : processes_) ::kill(child.pid, SIGKILL);
  close(gate_[1]);
  wait_for_all();
  for (const int fd : {ready_[0], ready_[1], gate_[0]}) {
    if (fd >= 0) ::close(fd);
  }
  ::munmap(shared_, sizeof(Shared));
}

void WorkerGroup::start(const std::string& role, int cpu, std::function<void()> body) {
  if (kind_ == WorkerKind::kThreads) {
    start_thread(role, cpu, std::move(body));
  } else {
    start_process(role, cpu, body);
  }
  ++started_;
}

// Reports that a worker is ready and waits for go(). Returns false if the group was given up before.
bool WorkerGroup::pass_gate() {
  const bool reported = ::write(ready_[1], "", 1) == 1;
  if (kind_ == WorkerKind::kProcesses) close(ready_[1]);
  return reported && read_byte(gate_[0]);
}

void WorkerGroup::start_thread(const std::string& role, int cpu, std::function<void()> body) {
  const auto work = [this, role, cpu, body = std::move(body)] {
    if (cpu >= 0) stay_on(cpu);
    if (!pass_gate()) return;
    if (exit_code_of(role, body) != 0) std::_Exit(1);
  };
  try {
    threads_.emplace_back(work);
  } catch (const std::system_error& error) {
    throw std::runtime_error("cannot start the " + role + ": " +
                             harness::reason(error.code().value()));
  }
}

void WorkerGroup::start_process(const std::string& role, int cpu,
                                const std::function<void()>& body) {
  if (started_ == Shared::kMostProcesses) throw std::runtime_error("too many workers");
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot fork the " + role + ": " + harness::reason(errno));
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    close(gate_[1]);
    if (cpu >= 0) stay_on(cpu);
    const int code = pass_gate() ? exit_code_of(role, body) : 1;
    may_exit();
    ::_exit(code);
  }
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {
    const std::string why = harness::reason(errno);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    throw std::runtime_error("cannot watch the " + role + ": " + why);
  }
  processes_.push_back({role, pid, pidfd, started_});
}

void WorkerGroup::may_exit() { shared_->may_end[started_].store(true); }

// Runs a worker's body; keeps its message if it throws.
int WorkerGroup::exit_code_of(const std::string& role, const std::function<void()>& body) {
  std::string message;
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    message =
        harness::one_line(role + ": " + error.what());  // its last line alone would be in the row
  } catch (...) {
    message = role + ": unknown exception";
  }
  std::fprintf(stderr, "%s\n", message.c_str());
  if (!shared_->is_set.exchange(true)) {
    message.copy(shared_->text, sizeof shared_->text - 1);
  }
  return 1;
}

void WorkerGroup::measure(harness::Run& run) {
  go();
  run.measure();
  harness::begin_stage("the workers were told to stop, and not all of them have");
  join();
}

void WorkerGroup::go() {
  if (kind_ == WorkerKind::kProcesses) close(ready_[1]);  // a death then reads as the end of file
  for (int worker = 0; worker < started_; ++worker) {
    if (!read_byte(ready_[0])) return;  // join() reports why
  }
  const std::string bytes(static_cast<std::size_t>(started_), '\0');
  if (::write(gate_[1], bytes.data(), bytes.size()) < 0) {
    throw std::runtime_error("cannot open the gate to the workers");
  }
}

void WorkerGroup::join() {
  const std::string error = wait_for_all();
  if (!error.empty()) throw std::runtime_error(error);
}

// Returns the index of a process that has ended; waits for one if none has.
std::size_t WorkerGroup::first_that_ended() const {
  std::vector<pollfd> ends;
  for (const auto& child : processes_) ends.push_back({child.pidfd, POLLIN, 0});
  while (::poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR) continue;
  std::size_t at = 0;
  while (at + 1 < ends.size() && ends[at].revents == 0) ++at;
  return at;
}

// Returns "" if the child did its work to the end.
std::string WorkerGroup::error_of(const Child& child, int status) const {
  const bool may_end = shared_->may_end[child.number].load();
  if (status == 0 && may_end) return {};
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return "the " + child.role + " was killed by signal " + std::to_string(number) + " (" +
           ::strsignal(number) + ")";
  }
  if (shared_->is_set) return shared_->text;
  return "the " + child.role + " ended with exit code " + std::to_string(WEXITSTATUS(status)) +
         (may_end ? "" : " before its work was done: something that it measured called exit()");
}

// Reaps the processes in the order in which they end: after the first failure the others are killed,
// since they may wait for a message that the failed one will never send. Returns the first error.
std::string WorkerGroup::wait_for_all() {
  for (auto& thread : std::exchange(threads_, {})) thread.join();
  std::string error;
  while (!processes_.empty()) {
    const std::size_t at = first_that_ended();
    const Child child = processes_[at];
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(at));
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    ::close(child.pidfd);
    if (!error.empty()) continue;
    error = error_of(child, status);
    if (error.empty()) continue;
    for (const auto& other : processes_) ::kill(other.pid, SIGKILL);
  }
  return error;
}

}  // namespace scenarios
