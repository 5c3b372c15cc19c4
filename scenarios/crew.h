// Crew: the parties of a measurement, threads of this process or processes of their own.
//
//   Crew crew(Scope::kProcesses);
//   crew.start("producer", cpu, [&] { while (run.running()) ... });
//   crew.start("consumer", cpu, [&] { ... });
//   crew.measure(run);      // throws if one of them failed
//
// Nobody begins before all are there. A party that throws or is killed ends the others: a process
// crew is killed, and measure() throws with the party's words; a thread cannot be killed, so there
// the launch ends at once, and its last words are the row's error. Processes die with the launch.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harness/scenario.h"
#include "scenarios/placement.h"
#include "scenarios/scope.h"

namespace scenarios {

class Crew {
 public:
  explicit Crew(Scope scope = Scope::kProcesses);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  // Kills processes that still run. Threads that still wait for go() never begin.
  ~Crew();

  // `cpu` -1: wherever the kernel puts it.
  void start(const std::string& role, int cpu, std::function<void()> body);

  void measure(harness::Run& run);

  // Its steps: lets everybody begin once all are there; waits for them, and throws
  // std::runtime_error if one failed.
  void go();
  void join();

 private:
  struct Party {
    std::string role;
    pid_t pid;
    int pidfd;
  };
  struct LastWords;

  bool is_let_in();
  void start_thread(const std::string& role, int cpu, std::function<void()> body);
  void start_process(const std::string& role, int cpu, const std::function<void()>& body);
  int outcome_of(const std::string& role, const std::function<void()>& body);
  std::string wait_for_all();

  Scope scope_;
  int started_ = 0;
  std::vector<Party> processes_;
  std::vector<std::thread> threads_;
  LastWords* last_words_;  // shared memory
  // Each party writes a byte into `here`, then reads `gate`, which says nothing until go() writes a
  // byte for each.
  int here_[2], gate_[2];
};

}  // namespace scenarios
