#include "scenarios/crew.h"

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
#include <utility>

namespace scenarios {

// What the first party that failed has to say.
struct Crew::LastWords {
  std::atomic<bool> spoken{false};
  char text[512] = {};
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

Crew::Crew(Scope scope) : scope_(scope) {
  void* memory =
      ::mmap(nullptr, sizeof(LastWords), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  last_words_ = ::new (memory) LastWords;
  make_pipe(here_);
  make_pipe(gate_);
}

Crew::~Crew() {
  for (const auto& party : processes_) ::kill(party.pid, SIGKILL);
  close(gate_[1]);
  wait_for_all();
  for (const int fd : {here_[0], here_[1], gate_[0]}) {
    if (fd >= 0) ::close(fd);
  }
  ::munmap(last_words_, sizeof(LastWords));
}

void Crew::start(const std::string& role, int cpu, std::function<void()> body) {
  if (scope_ == Scope::kThreads) {
    start_thread(role, cpu, std::move(body));
  } else {
    start_process(role, cpu, body);
  }
  ++started_;
}

// False if the crew was given up before it began.
bool Crew::is_let_in() {
  const bool here = ::write(here_[1], "", 1) == 1;
  if (scope_ == Scope::kProcesses) close(here_[1]);
  return here && read_byte(gate_[0]);
}

void Crew::start_thread(const std::string& role, int cpu, std::function<void()> body) {
  threads_.emplace_back([this, role, cpu, body = std::move(body)] {
    if (cpu >= 0) stay_on(cpu);
    if (!is_let_in()) return;
    if (outcome_of(role, body) != 0) std::_Exit(1);
  });
}

void Crew::start_process(const std::string& role, int cpu, const std::function<void()>& body) {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot fork the " + role);
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    close(gate_[1]);
    if (cpu >= 0) stay_on(cpu);
    ::_exit(is_let_in() ? outcome_of(role, body) : 1);
  }
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    throw std::runtime_error("cannot watch the " + role + ": pidfd_open");
  }
  processes_.push_back({role, pid, pidfd});
}

int Crew::outcome_of(const std::string& role, const std::function<void()>& body) {
  std::string words;
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    words = role + ": " + error.what();
  } catch (...) {
    words = role + ": unknown exception";
  }
  std::fprintf(stderr, "%s\n", words.c_str());
  if (!last_words_->spoken.exchange(true)) {
    words.copy(last_words_->text, sizeof last_words_->text - 1);
  }
  return 1;
}

void Crew::measure(harness::Run& run) {
  go();
  run.measure();
  join();
}

void Crew::go() {
  if (scope_ == Scope::kProcesses) close(here_[1]);  // so that a death is the end of the file
  for (int party = 0; party < started_; ++party) {
    if (!read_byte(here_[0])) return;  // join() will say why
  }
  const std::string everybody(static_cast<std::size_t>(started_), '\0');
  if (::write(gate_[1], everybody.data(), everybody.size()) < 0) {
    throw std::runtime_error("cannot open the gate to the crew");
  }
}

void Crew::join() {
  const std::string trouble = wait_for_all();
  if (!trouble.empty()) throw std::runtime_error(trouble);
}

std::string Crew::wait_for_all() {
  for (auto& thread : std::exchange(threads_, {})) thread.join();
  std::string trouble;
  while (!processes_.empty()) {
    // Whoever ends first is asked first: the others may be waiting for what it will never send.
    std::vector<pollfd> ends;
    for (const auto& party : processes_) ends.push_back({party.pidfd, POLLIN, 0});
    while (::poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR) continue;
    std::size_t at = 0;
    while (at + 1 < ends.size() && ends[at].revents == 0) ++at;
    const Party party = processes_[at];
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(at));
    int status = 0;
    ::waitpid(party.pid, &status, 0);
    ::close(party.pidfd);
    if (status == 0 || !trouble.empty()) continue;
    if (WIFSIGNALED(status)) {
      const int number = WTERMSIG(status);
      trouble = "the " + party.role + " was killed by signal " + std::to_string(number) + " (" +
                ::strsignal(number) + ")";
    } else {
      trouble = last_words_->spoken ? last_words_->text : "the " + party.role + " failed";
    }
    for (const auto& other : processes_) ::kill(other.pid, SIGKILL);
  }
  return trouble;
}

}  // namespace scenarios
