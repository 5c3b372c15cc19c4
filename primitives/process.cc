#include "primitives/process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <typeinfo>

namespace gilfree {
namespace {

using namespace std::chrono_literals;

constexpr auto kDaemonsLastWord = 100ms;  // from SIGTERM to SIGKILL

std::string next_name() {
  static std::atomic<int> made{0};
  return "Process-" + std::to_string(made.fetch_add(1, std::memory_order_relaxed) + 1);
}

void flush_stdio() {
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
}

// Waits until `pidfd` is readable, which is when its process has ended. False: the deadline came.
bool await_end(int pidfd, Deadline deadline) {
  while (true) {
    const auto left = std::max(deadline - Clock::now(), Clock::duration::zero());
    const auto ns = std::chrono::nanoseconds(left).count();
    const timespec timeout{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
    const int found = ::ppoll(&ended, 1, deadline == kNever ? nullptr : &timeout, nullptr);
    if (found > 0) return true;
    if (found == 0) return false;
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "gilfree::Process");
  }
}

}  // namespace

Process::Process(ProcessOptions options) : options_(std::move(options)) {
  if (options_.name.empty()) options_.name = next_name();
}

Process::~Process() {
  if (pid_ == 0 || started_by_ != ::getpid()) return;  // never started, or inherited by a child
  if (!exitcode_) {
    if (options_.daemon) {
      terminate();
      if (!join_for(kDaemonsLastWord)) kill();
    }
    join();
  }
  if (pidfd_ >= 0) ::close(pidfd_);
}

void Process::start() {
  if (pid_ != 0) {
    throw std::logic_error("gilfree::Process::start: already started; make another Process");
  }
  flush_stdio();  // or the child would write what is buffered a second time
  started_by_ = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) be_the_child(started_by_);
  if (child < 0) {
    throw std::system_error(
        errno, std::generic_category(),
        "gilfree::Process::start: cannot fork; too many processes or no memory");
  }
  pid_ = child;
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (pidfd_ < 0) {
    const int error = errno;
    kill();
    reap(true);
    throw std::system_error(error, std::generic_category(), "gilfree::Process::start: pidfd_open");
  }
}

void Process::be_the_child(pid_t parent) {
  if (options_.daemon) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);  // it died before the line above
  }
  pid_ = ::getpid();
  int code = 1;
  try {
    code = run();
  } catch (const std::exception& error) {
    std::cerr << options_.name << ": uncaught " << typeid(error).name() << ": " << error.what()
              << '\n';
  } catch (...) {
    std::cerr << options_.name << ": uncaught exception\n";
  }
  flush_stdio();
  ::_exit(code);
}

void Process::join() { (void)join_until(kNever); }

bool Process::join_for(std::chrono::nanoseconds patience) { return join_until(after(patience)); }

bool Process::join_until(Deadline deadline) {
  if (pid_ == 0) throw std::logic_error("gilfree::Process::join: call start() first");
  if (exitcode_) return true;
  return await_end(pidfd_, deadline) && reap(true);
}

bool Process::is_alive() { return pid_ != 0 && !exitcode_ && !reap(false); }

std::optional<int> Process::exitcode() {
  if (pid_ != 0 && !exitcode_) reap(false);
  return exitcode_;
}

void Process::terminate() { signal(SIGTERM); }
void Process::kill() { signal(SIGKILL); }

void Process::signal(int number) {
  if (pid_ == 0) throw std::logic_error("gilfree::Process: start() it before ending it");
  if (!exitcode_ && !reap(false)) ::kill(pid_, number);  // not reaped, so the pid is still its own
}

// Takes the exit code of a child that has ended. False if it has not.
bool Process::reap(bool wait) {
  int status = 0;
  pid_t ended;
  do {
    ended = ::waitpid(pid_, &status, wait ? 0 : WNOHANG);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return false;
  if (ended < 0) {
    throw std::system_error(errno, std::generic_category(),
                            "gilfree::Process: only the process that started it may ask");
  }
  exitcode_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

}  // namespace gilfree
