// CPython's contenders: the programs in contenders/cpython/, one a scenario.
#include "scenarios/support/cpython.h"

#include <string>
#include <vector>

#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/producer_consumer.h"
#include "scenarios/single_operation.h"

namespace scenarios {
namespace {

using std::to_string;

constexpr std::string_view kInterpreter = "cpython_interpreter";
constexpr WorkerKind kThreads = WorkerKind::kThreads, kProcesses = WorkerKind::kProcesses;

// "cpython_simple_queue" with the label "CPython SimpleQueue".
constexpr Facts facts_of(std::string_view name, std::string_view label,
                         std::string_view primitive) {
  return {
      .name = name, .label = label, .family = "cpython", .primitive = primitive, .wait = "block"};
}

Registration add_channel(std::string_view name, std::string_view label,
                         std::string_view primitive) {
  ChannelContender entry(facts_of(name, label, primitive), kProcesses, kNativeWait);
  entry.measure = [](harness::Run& run, const CpuPair& cpus) {
    run_cpython(run, "pipe_vs_queue.py",
                {run.text("contender"), run.text("mode"), to_string(run["msg_bytes"]),
                 to_string(cpus.one), to_string(cpus.other)});
  };
  return Roster<ChannelContender>::add(std::move(entry));
}

Registration add_queue(std::string_view name, std::string_view label, WorkerKind kind) {
  const auto primitive = name.substr(std::string_view("cpython_").size());
  QueueContender entry(facts_of(name, label, primitive), kind);
  entry.measure = [](harness::Run& run, const Flow& flow, const std::vector<int>& cpus) {
    run_cpython(run, "producer_consumer.py",
                {run.text("scope"), run.text("contender"), to_string(flow.producers),
                 to_string(flow.consumers), to_string(run["queue_depth"]),
                 to_string(run["msg_bytes"]), joined(cpus)});
  };
  return Roster<QueueContender>::add(std::move(entry));
}

Registration add_lock(std::string_view name, std::string_view label, std::string_view primitive,
                      WorkerKind kind) {
  LockContender entry(facts_of(name, label, primitive), kind);
  entry.measure = [](harness::Run& run, const std::vector<int>& cpus, std::int64_t every) {
    run_cpython(run, "lock_contention.py",
                {run.text("scope"), run.text("contender"), to_string(run["work_in_ns"]),
                 to_string(run["work_out_ns"]), to_string(every), joined(cpus)});
  };
  return Roster<LockContender>::add(std::move(entry));
}

Registration add_semaphore(std::string_view name, std::string_view label, WorkerKind kind) {
  SemaphoreContender entry(facts_of(name, label, "semaphore"), kind);
  entry.measure = [](harness::Run& run, const std::vector<int>& cpus) {
    run_cpython(run, "semaphore_pool.py",
                {run.text("scope"), run.text("contender"), to_string(run["permits"]),
                 to_string(run["work_in_ns"]), to_string(kTimedPermits), joined(cpus)});
  };
  return Roster<SemaphoreContender>::add(std::move(entry));
}

Registration add_wakeup(std::string_view operation, std::string_view name, std::string_view label,
                        WorkerKind kind) {
  const auto primitive = name.substr(std::string_view("cpython_").size());
  WakeupContender entry(facts_of(name, label, primitive), kind, operation);
  entry.measure = [](harness::Run& run, const CpuPair& cpus) {
    run_cpython(run, "wakeup.py",
                {run.text("scope"), run.text("operation"), run.text("waiter"), to_string(cpus.one),
                 to_string(cpus.other)});
  };
  return Roster<WakeupContender>::add(std::move(entry));
}

Registration add_starter(std::string_view name, std::string_view label, std::string_view primitive,
                         WorkerKind kind) {
  StarterContender entry(facts_of(name, label, primitive), kind);
  entry.measure = [](harness::Run& run) {
    run_cpython(run, "lifecycle.py", {run.text("contender"), to_string(run["parent_bytes"])});
  };
  return Roster<StarterContender>::add(std::move(entry));
}

Registration add_pool(std::string_view name, std::string_view label, std::string_view primitive,
                      WorkerKind kind, const PoolTraits& traits) {
  PoolContender entry(facts_of(name, label, primitive), kind);
  entry.traits = traits;
  entry.measure = [](harness::Run& run, int workers) {
    run_cpython(run, "pool_tasks.py", {run.text("contender"), run.text("way"), to_string(workers)});
  };
  return Roster<PoolContender>::add(std::move(entry));
}

Registration add_workers(std::string_view name, std::string_view label, WorkerKind kind) {
  const auto primitive = name.substr(std::string_view("cpython_").size());
  WorkersContender entry(facts_of(name, label, primitive), kind);
  const std::string kind_word = name == kInterpreter ? "interpreters"
                                : kind == kThreads   ? "threads"
                                                     : "processes";
  entry.measure = [kind_word](harness::Run& run, const std::vector<int>& cpus) {
    const std::string units = run.text("scaling") == "weak" ? "0" : to_string(kUnits);
    run_cpython(run, "cpu_scaling.py", {kind_word, run.text("work"), joined(cpus), units});
  };
  return Roster<WorkersContender>::add(std::move(entry));
}

// `what`: a name that cpython/single_operation.py knows.
Registration add_step(std::string_view what, std::string_view label, std::string_view primitive,
                      WorkerKind kind) {
  const std::string name =
      std::string("cpython_") + (kind == kThreads ? "th_" : "mp_") + std::string(what);
  const auto run_it = [name](harness::Run& run) {
    run_cpython(run, "single_operation.py", {name});
  };
  return add_operation(facts_of(name, label, primitive), kind, run_it);
}

// What both threading and multiprocessing have.
Registration add_all(WorkerKind kind) {
  add_queue("cpython_queue", "CPython Queue", kind);
  add_lock("cpython_lock", "CPython Lock", "lock", kind);
  add_lock("cpython_rlock", "CPython RLock", "rlock", kind);
  add_semaphore("cpython_semaphore", "CPython Semaphore", kind);
  add_semaphore("cpython_bounded_semaphore", "CPython BoundedSemaphore", kind);
  add_wakeup("event_set", "cpython_event", "CPython Event", kind);
  add_wakeup("condition_notify_one", "cpython_condition", "CPython Condition", kind);
  add_wakeup("condition_notify_all", "cpython_condition", "CPython Condition", kind);
  add_wakeup("semaphore_release", "cpython_semaphore", "CPython Semaphore", kind);
  add_wakeup("barrier_round", "cpython_barrier", "CPython Barrier", kind);
  add_step("lock_acquire_release", "CPython Lock: acquire, release", "lock", kind);
  add_step("rlock_acquire_release", "CPython RLock: acquire, release", "rlock", kind);
  add_step("semaphore_acquire_release", "CPython Semaphore: acquire, release", "semaphore", kind);
  add_step("bounded_semaphore_acquire_release", "CPython BoundedSemaphore: acquire, release",
           "semaphore", kind);
  add_step("event_set_clear", "CPython Event: set, clear", "event", kind);
  add_step("condition_notify_one", "CPython Condition: notify one", "condition", kind);
  return add_step("barrier_of_one_wait", "CPython Barrier: wait, alone", "barrier", kind);
}

constexpr PoolTraits kPool{}, kProcessPool{.fifty = true},
    kNoPool{.maps = false, .calls = false, .fifty = true};

const Registration registered[] = {
    add_all(kThreads),
    add_all(kProcesses),
    add_step("value_increment", "CPython Value: increment, locked", "value", kProcesses),
    add_channel("cpython_pipe", "CPython Pipe", "pipe"),
    add_channel("cpython_queue", "CPython Queue", "queue"),
    add_channel("cpython_simple_queue", "CPython SimpleQueue", "queue"),
    add_queue("cpython_joinable_queue", "CPython JoinableQueue", kProcesses),
    add_queue("cpython_lifo_queue", "CPython LifoQueue", kThreads),
    add_queue("cpython_priority_queue", "CPython PriorityQueue", kThreads),
    add_starter("cpython_process_fork", "CPython Process, fork", "process", kProcesses),
    add_starter("cpython_process_spawn", "CPython Process, spawn", "process", kProcesses),
    add_starter("cpython_process_forkserver", "CPython Process, forkserver", "process", kProcesses),
    add_starter("cpython_thread", "CPython Thread", "thread", kThreads),
    add_pool("cpython_pool", "CPython Pool", "pool", kProcesses, kProcessPool),
    add_pool("cpython_thread_pool", "CPython ThreadPool", "pool", kThreads, kPool),
    add_pool("cpython_process_pool_executor", "CPython ProcessPoolExecutor", "pool", kProcesses,
             kPool),
    add_pool("cpython_interpreter_pool_executor", "CPython InterpreterPoolExecutor", "pool",
             kThreads, kPool),
    add_pool("cpython_process", "CPython Process", "process", kProcesses, kNoPool),
    add_workers("cpython_thread", "CPython Thread", kThreads),
    add_workers("cpython_process", "CPython Process", kProcesses),
    add_workers(kInterpreter, "CPython interpreter", kThreads),
};

}  // namespace
}  // namespace scenarios
