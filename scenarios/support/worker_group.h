// WorkerGroup: the workers of a measurement, threads of this process or processes of their own.
//
//   WorkerGroup group(WorkerKind::kProcesses);
//   group.start("producer", cpu, [&] { while (run.running()) ... });
//   group.start("consumer", cpu, [&] { ... });
//   group.measure(run);      // throws if one of them failed
//
// No worker begins before all have started. A worker that throws or is killed ends the others: the
// other processes are killed, and measure() throws the worker's message; threads cannot be killed, so
// the process ends with exit code 1 after the message. A worker process that calls exit() has failed, whatever the
// code. Worker processes die with their parent.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harness/scenario.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/worker_kind.h"

namespace scenarios {

class WorkerGroup {
 public:
  explicit WorkerGroup(WorkerKind kind = WorkerKind::kProcesses);
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;
  // Kills processes that still run. Threads that still wait for go() never begin.
  ~WorkerGroup();

  // Starts a worker on a CPU; on any if `cpu` is -1. `role` names it in messages.
  void start(const std::string& role, int cpu, std::function<void()> body);

  // Lets the workers begin, measures, and waits for their end.
  void measure(harness::Run& run);

  // For the body of a process: it becomes a program, which ends by an exit of its own.
  void may_exit();

  // The steps of measure(): go() lets all workers begin once all have started; join() waits for their
  // end and throws std::runtime_error if one failed.
  void go();
  void join();

 private:
  struct Child {
    std::string role;
    pid_t pid;
    int pidfd;
    int number;  // of those that were started
  };
  struct Shared;

  bool pass_gate();
  void start_thread(const std::string& role, int cpu, std::function<void()> body);
  void start_process(const std::string& role, int cpu, const std::function<void()>& body);
  int exit_code_of(const std::string& role, const std::function<void()>& body);
  std::size_t first_that_ended() const;
  std::string error_of(const Child& child, int status) const;
  std::string wait_for_all();

  WorkerKind kind_;
  int started_ = 0;
  std::vector<Child> processes_;
  std::vector<std::thread> threads_;
  Shared* shared_;  // with the processes
  // Each worker writes a byte into `ready_`, then reads `gate_`, which is empty until go() writes a
  // byte for each.
  int ready_[2], gate_[2];
};

}  // namespace scenarios
