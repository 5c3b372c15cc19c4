// Planted bugs: small primitives that are broken in one place on purpose, and their sound twins. `bench-all stress`
// finds each bug within its budget, and never complains of a twin.
//
// The marked points stand where the window of the bug is: there real code has its instructions.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/stress/shared.h"
#include "harness/stress/test.h"

namespace harness::testing {

// A word to sleep on, in private or shared memory.
class FutexWord {
 public:
  std::atomic<std::uint32_t> value{0};

  // Sleeps while the value is `seen`, at most so long; 0: for ever. May return early.
  void wait(std::uint32_t seen, long most_ns = 0) {
    const timespec time{most_ns / 1'000'000'000, most_ns % 1'000'000'000};
    ::syscall(SYS_futex, &value, FUTEX_WAIT, seen, most_ns > 0 ? &time : nullptr, nullptr, 0);
  }
  void wake(int sleepers = INT_MAX) {
    ::syscall(SYS_futex, &value, FUTEX_WAKE, sleepers, nullptr, nullptr, 0);
  }
};

// A mutex without a bug, for what surrounds one.
class SoundLock {
 public:
  void lock() {
    while (word_.value.exchange(1, std::memory_order_acquire) != 0) word_.wait(1, 1'000'000);
  }
  void unlock() {
    word_.value.store(0, std::memory_order_release);
    word_.wake(1);
  }

 private:
  FutexWord word_;
};

// A body with state B::State in shared memory, which all of its actors see.
template <typename State>
class PlantedBody : public stress::Body {
 public:
  void judge(const stress::Judged&) override {}

 protected:
  static void each(stress::Actor& me, auto operation) {
    for (int i = 0; i < me.config().operations; ++i) operation();
    me.record("sound");
  }

  stress::Shared<State> state_;
};

// A test of a planted bug, or of its twin. `symptom`: the forbidden outcome that gives it away; empty: a hang.
template <typename Body>
stress::Test planted(const std::string& name, bool broken, bool across_processes,
                     const std::string& symptom, stress::Limits limits) {
  limits.across_processes = across_processes;
  stress::Test test{.name = name + "/contender:" + (broken ? "planted" : "sound") +
                            "/scope:" + (across_processes ? "processes" : "threads"),
                    .promise = "It has no " + name + ".",
                    .outcomes = {{"sound", stress::Expect::kAcceptable, "nothing was seen"}},
                    .limits = limits};
  if (!symptom.empty()) {
    test.outcomes.push_back({symptom, stress::Expect::kForbidden, "the bug"});
  }
  test.make = [](const stress::Config&) { return std::make_unique<Body>(); };
  return test;
}

// All of them, broken or sound.
std::vector<stress::Test> planted_locks(bool broken);
std::vector<stress::Test> planted_queues(bool broken);
std::vector<stress::Test> planted_waits(bool broken);
std::vector<stress::Test> planted_deaths(bool broken);
std::vector<stress::Test> all_planted(bool broken);

}  // namespace harness::testing
