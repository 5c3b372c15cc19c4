// single_operation: how an operation is registered.
//
// An operation prepares what it needs and calls run.operation() once, with what is repeated:
//
//   const Registration registered =
//       add_operation({.name = "latch_lock_unlock", .label = "Latch: lock, unlock", .family = "doors",
//                      .primitive = "lock"}, WorkerKind::kThreads, [](harness::Run& run) {
//         Latch latch;
//         run.operation([&] { latch.lock(), latch.unlock(); });
//       });
//
// Locks, semaphores, events, conditions and barriers have their operation by one call each below.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/message.h"
#include "scenarios/wakeup.h"

namespace scenarios {

struct OperationContender : Contender {
  using Contender::Contender;
  using Made = void;

  std::function<void(harness::Run&)> measure;
  std::function<Made()> make;  // empty: there is nothing to test but the measurement
};

// Keeps the compiler from seeing that a value is not used.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

inline Registration add_operation(const Facts& facts, WorkerKind kind,
                                  std::function<void(harness::Run&)> body) {
  OperationContender entry(facts, kind);
  entry.measure = std::move(body);
  return Roster<OperationContender>::add(std::move(entry));
}

// Returns "th_lock" or "mp_lock" for ours, "std_mutex" for others.
template <HasFacts C, WorkerKind K>
std::string operation_prefix() {
  const std::string name(C::kFacts.name);
  if (C::kFacts.family != "gilfree") return name;
  return (K == WorkerKind::kThreads ? "th_" : "mp_") + name;
}

// Adds `step`, over and over, on a C of its own. `name` is the contender's, with what is done behind
// it: "_acquire_release" and "acquire, release".
template <HasFacts C, WorkerKind K, typename Step, typename... Arguments>
Registration add_step(const std::string& name, std::string_view what, std::string_view label,
                      Step step, Arguments... arguments) {
  const std::string full_name = name + std::string(what);
  const std::string full_label = std::string(C::kFacts.label) + ": " + std::string(label);
  Facts facts = C::kFacts;
  facts.name = full_name;
  facts.label = full_label;
  return add_operation(facts, K, [step, arguments...](harness::Run& run) {
    SharedObject<C, K> contender(arguments...);
    C& used = *contender;
    run.operation([&used, step] { step(used); });
  });
}

template <Exclusion C, WorkerKind K>
Registration add_lock_operation(const std::string& name = operation_prefix<C, K>()) {
  return add_step<C, K>(name, "_acquire_release", "acquire, release", [](C& lock) {
    lock.lock();
    lock.unlock();
  });
}

template <Permits C, WorkerKind K>
Registration add_semaphore_operation(const std::string& name = operation_prefix<C, K>()) {
  const auto step = [](C& permits) {
    permits.acquire();
    permits.release();
  };
  return add_step<C, K>(name, "_acquire_release", "acquire, release", step, 1);
}

// Without a waiter. A notification that serves only once is made anew.
template <Signal C, WorkerKind K>
Registration add_event_operation(const std::string& name = operation_prefix<C, K>()) {
  return add_step<C, K>(name, "_set_clear", "set, clear", [](C& event) {
    event.wake();
    rearm(event);
  });
}

// Without a waiter, and with its lock taken for it, as Python demands.
template <ConditionVariable C, WorkerKind K>
Registration add_condition_operation(const std::string& name = operation_prefix<C, K>()) {
  return add_step<C, K>(name, "_notify_one", "notify one", [](C& condition) {
    condition.lock();
    if constexpr (C::kNotifyUnderLock) condition.notify_one();
    condition.unlock();
    if constexpr (!C::kNotifyUnderLock) condition.notify_one();
  });
}

template <Rendezvous C, WorkerKind K>
Registration add_barrier_operation(const std::string& name = operation_prefix<C, K>()) {
  return add_step<C, K>(
      name, "_of_one_wait", "wait, alone", [](C& barrier) { barrier.wait(); }, 1);
}

// A message of 64 bytes sent and received by one thread: "pipe2" and "write_read" make
// "pipe2_write_read_64".
template <Channel C>
Registration add_channel_operation(std::string_view what, std::string_view label) {
  const std::string name = std::string(C::kFacts.name) + "_" + std::string(what) + "_64";
  const std::string full_label =
      std::string(C::kFacts.label) + ": " + std::string(label) + ", 64 bytes";
  Facts facts = C::kFacts;
  facts.name = name;
  facts.label = full_label;
  facts.primitive = "";
  return add_operation(facts, WorkerKind::kProcesses, [](harness::Run& run) {
    C channel(64);
    Message<64> out{}, in{};
    run.operation([&] {
      channel.send(out.payload.data());
      channel.receive(in.payload.data());
    });
  });
}

}  // namespace scenarios
