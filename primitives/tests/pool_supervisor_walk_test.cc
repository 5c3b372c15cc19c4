// A pool's supervisor under kill -9: every instruction of starting workers, of replacing one that died,
// and of ending them when it is asked to.
//
// The victim lives the supervisor's life (detail/pool/state.h, supervise()); its workers die with it. The
// survivor does what the pool's process does then (detail/pool/task_router.h), starts another supervisor,
// and shows that the pool is at full strength. The word says what became of each call: given, lost with
// whichever worker ran it, or left to the workers of the other supervisor.
#include <gtest/gtest.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gilfree/errors.h"
#include "primitives/tests/support/crash_test.h"
#include "primitives/tests/support/leftovers.h"
#include "primitives/tests/support/pool_pieces.h"

namespace gilfree::testing {
namespace {

// ChildRegistry of a victim are not walked: they do not step, and have the program's code as it is in its
// file, without the breakpoint.
class WalkedAlone {
 public:
  static void begin() {
    static const bool registered = ::pthread_atfork(nullptr, nullptr, leave_walk) == 0;
    (void)registered;
  }

 private:
  static void leave_walk() {
#if defined(__x86_64__)
    asm volatile(
        "lea -128(%%rsp), %%rsp\n pushfq\n andq $~0x100, (%%rsp)\n popfq\n lea 128(%%rsp), %%rsp"
        :
        :
        : "memory", "cc");
#endif
    for (const auto& [start, bytes] : code()) ::madvise(start, bytes, MADV_DONTNEED);
  }

  using Ranges = std::vector<std::pair<void*, std::size_t>>;
  static const Ranges& code() {
    static const Ranges found = [] {
      Ranges ranges;
      ::dl_iterate_phdr(add, &ranges);
      return ranges;
    }();
    return found;
  }
  static int add(dl_phdr_info* object, std::size_t, void* to) {
    constexpr std::uintptr_t kPage = 4096;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& part = object->dlpi_phdr[i];
      if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0 || (part.p_flags & PF_W) != 0) {
        continue;
      }
      const auto start = (object->dlpi_addr + part.p_vaddr) / kPage * kPage;
      const auto end = object->dlpi_addr + part.p_vaddr + part.p_memsz;
      static_cast<Ranges*>(to)->emplace_back(reinterpret_cast<void*>(start), end - start);
    }
    return 0;
  }

  inline static const Ranges& made_early = code();
};

class PoolSupervisorWalkTest : public CrashTest {
 protected:
  static constexpr int kWorkers = 2, kCalls = 3;
  // Each starts five processes, which run beside it, and hold it up or not.
  static constexpr int kPoints = 100, kLeast = 80;
  enum Fact { kRunning = 0, kSupervisor = kCalls, kArrived, kFacts };

  void SetUp() override {
    CrashTest::SetUp();
    WalkedAlone::begin();
    descriptors_ = open_descriptors();
  }
  void TearDown() override {
    EXPECT_TRUE(descendants().empty());
    pool_.reset();
    EXPECT_EQ(open_descriptors(), descriptors_);
    CrashTest::TearDown();
  }

  // As many calls that never end as there are workers, and one more.
  void make() {
    pool_.emplace(kWorkers);
    pool_->plan.initializer = [] {
    };  // where no worker survives it, a supervisor gives up in the end
    for (int i = 0; i < kFacts; ++i) facts_[i] = 0;
    for (int call = 0; call < kCalls; ++call) runs_[call] = runs_[kCalls + call] = 0;
    job_ = pool_->post<int>(kCalls, 1, [this](int call) {
      runs_[(other_ ? kCalls : 0) + call]++;
      facts_[kRunning + call] = ::getpid();
      while (call < kWorkers && !other_) ::pause();
      return call + 100;
    });
  }

  void live() {
    facts_[kSupervisor] = ::getpid();
    (void)detail::supervise(pool_->share, pool_->plan);
  }
  void await_calls() {
    for (int call = 0; call < kWorkers; ++call) await(facts_[kRunning + call]);
  }
  void ask_to_end() { ::kill(static_cast<pid_t>(facts_[kSupervisor]), SIGTERM); }
  // Kills a worker; returns when another is there in its place, or the supervisor has died.
  void kill_worker(int worker) {
    const auto& pid = pool_->share.slot(worker).pid;
    const pid_t killed = pid;
    ::kill(killed, SIGKILL);
    while (pid == killed && state_of(static_cast<pid_t>(facts_[kSupervisor])) != 'Z') {
      std::this_thread::yield();
    }
  }

  std::string recover() {
    pool_->share.await_workers_end();
    pool_->exchange.lose_all();
    other_ = true;
    std::string words;
    {
      Process supervisor([this] { return detail::supervise(pool_->share, pool_->plan); },
                         {.daemon = true});
      supervisor.start();
      const auto together = pool_->post<int>(kWorkers, 1, [this](int call) {
        facts_[kArrived]++;
        while (facts_[kArrived] < kWorkers) std::this_thread::yield();
        return call;
      });
      while (!job_->is_done() || !together->is_done()) {
        (void)pool_->share.state->done.wait(kNever, detail::kNoCpu,
                                            [&] { return pool_->exchange.has_results(); });
        pool_->exchange.collect();
      }
      for (int call = 0; call < kWorkers; ++call) {
        if (together->at(call) != call) return "not at full strength";
      }
      supervisor.terminate();
      supervisor.join();
      pool_->share.await_workers_end();
    }
    for (int call = 0; call < kCalls; ++call) words += (call > 0 ? " " : "") + fate_of(call);
    return descendants().empty() ? words : "children left";
  }

  std::string fate_of(int call) {
    const auto before = runs_[call].load(), after = runs_[kCalls + call].load();
    if (before + after > 1) return "run-twice";
    try {
      if (job_->at(call) != call + 100) return "torn";
      return after == 1 ? "left" : "given";
    } catch (const WorkerLost&) {
      return after == 0 ? "lost" : "lost-and-run";
    }
  }

  std::optional<PoolInPieces> pool_;
  std::shared_ptr<detail::SharedResult<int>> job_;
  Ledger<Processes> runs_{2 * kCalls};  // under the victim, under the other
  Ledger<Processes> facts_{kFacts};
  bool other_ = false;
  std::ptrdiff_t descriptors_ = 0;
};

TEST_F(PoolSupervisorWalkTest, StartingItsWorkers) {
  expect_only({.fresh = [&] { make(); },
               .operation = [&] { live(); },
               .ends_asleep = true,
               .maps_memory = true,
               .most_points = kPoints,
               .least_points = kLeast,
               .survivor = [&] { return recover(); }},
              {{"left left left", 1}, {"lost left left", 1}, {"lost lost left", 1}});
}

TEST_F(PoolSupervisorWalkTest, ReplacingAWorker) {
  expect_only({.fresh = [&] { make(); },
               .operation = [&] { live(); },
               .others = [&] { await_calls(); },
               .wake =
                   [&] {
                     kill_worker(0);
                     ask_to_end();
                   },
               .most_points = kPoints,
               .least_points = kLeast,
               .survivor = [&] { return recover(); }},
              {{"lost lost left", 1}, {"lost lost lost", 1}, {"lost lost given", 1}});
}

TEST_F(PoolSupervisorWalkTest, BeingAskedToEnd) {
  expect_only({.fresh = [&] { make(); },
               .operation = [&] { live(); },
               .others = [&] { await_calls(); },
               .wake = [&] { ask_to_end(); },
               .most_points = kPoints,
               .survivor = [&] { return recover(); }},
              {{"lost lost left", 1}});
}

}  // namespace
}  // namespace gilfree::testing
