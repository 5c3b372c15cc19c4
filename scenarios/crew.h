// Crew: the processes of a measurement.
//
//   Crew crew;
//   crew.start("producer", cpu, [&] { ... });
//   run.measure();
//   crew.join();    // throws if one of them failed
//
// A party dies with the launch. One that throws says so on stderr, which the launcher reads.
#pragma once

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scenarios {

// The CPUs this process may use, in order.
inline std::vector<int> allowed_cpus() {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

inline void stay_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  ::sched_setaffinity(0, sizeof only, &only);
}

class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    for (const auto& party : parties_) ::kill(party.pid, SIGKILL);
    wait_for_all();
  }

  // `cpu` -1: wherever the kernel puts it.
  void start(std::string role, int cpu, const std::function<void()>& body) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot fork the " + role);
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      if (cpu >= 0) stay_on(cpu);
      ::_exit(outcome_of(role, body));
    }
    parties_.push_back({pid, std::move(role)});
  }

  void join() {
    const std::string trouble = wait_for_all();
    if (!trouble.empty()) throw std::runtime_error(trouble);
  }

 private:
  struct Party {
    pid_t pid;
    std::string role;
  };

  static int outcome_of(const std::string& role, const std::function<void()>& body) {
    try {
      body();
      return 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", role.c_str(), error.what());
    } catch (...) {
      std::fprintf(stderr, "%s: unknown exception\n", role.c_str());
    }
    return 1;
  }

  std::string wait_for_all() {
    std::string trouble;
    for (const auto& [pid, role] : std::exchange(parties_, {})) {
      int status = 0;
      ::waitpid(pid, &status, 0);
      if (WIFSIGNALED(status)) {
        trouble = "the " + role + " was killed by signal " + std::to_string(WTERMSIG(status)) +
                  " (" + ::strsignal(WTERMSIG(status)) + ")";
      } else if (WEXITSTATUS(status) != 0) {
        trouble = "the " + role + " failed";
      }
    }
    return trouble;
  }

  std::vector<Party> parties_;
};

}  // namespace scenarios
