// What `bench-all stress` takes for a hang: a deadlock and a livelock, not a trial that gets no CPU.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/base/errors.h"
#include "harness/base/process_tree.h"
#include "harness/stress/engine.h"
#include "harness/stress/shared.h"
#include "harness/tests/planted/planted.h"
#include "harness/tests/stress_fixtures.h"

namespace harness::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using stress::Attempt;
using stress::Shared;
using Outcomes = std::map<std::string, std::uint64_t>;

void sleep_for(std::chrono::milliseconds time) {
  const timespec left{time.count() / 1000, time.count() % 1000 * 1'000'000};
  ::nanosleep(&left, nullptr);
}

// A process that does `work` and ends; it is killed when this object is destroyed.
class Helper {
 public:
  explicit Helper(const std::function<void()>& work) : id_(::fork()) {
    if (id_ == 0) {
      work();
      ::_exit(0);
    }
  }
  ~Helper() { ::kill(id_, SIGKILL), end(); }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  pid_t id() const { return id_; }
  void end() { ::waitpid(id_, nullptr, 0); }

 private:
  pid_t id_;
};

// In both scopes: threads and processes.
class StressHang : public ::testing::TestWithParam<bool> {
 protected:
  static stress::Test test(TwoFunctions::Act act) { return test_that(std::move(act), GetParam()); }
  static Attempt one(TwoFunctions::Act act, std::chrono::milliseconds patience) {
    return stress::attempt(test(std::move(act)), {}, 1, patience);
  }
};
std::string scope_name(const ::testing::TestParamInfo<bool>& scope) {
  return scope.param ? "Processes" : "Threads";
}
INSTANTIATE_TEST_SUITE_P(Scopes, StressHang, ::testing::Values(false, true), scope_name);

TEST_P(StressHang, ADeadlockOfTwoLocksIsReported) {
  struct Locks {
    SoundLock one, other;
  };
  const Shared<Locks> locks;
  const auto seen = one(
      [&](stress::Actor& me) {
        const bool first = me.number() == 0;
        (first ? locks->one : locks->other).lock();
        me.meet();
        me.at("second lock");
        (first ? locks->other : locks->one).lock();
      },
      300ms);
  EXPECT_EQ(seen.end, Attempt::End::kHung);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"hang: 'second lock'", 1}}));
}

TEST_P(StressHang, ALivelockOfTwoThatSpinIsReported) {
  const Shared<std::atomic<bool>> never{false};
  Attempt seen{.end = Attempt::End::kStarved, .outcomes = {}, .report = {}};
  for (int tries = 0; tries < 10 && seen.end == Attempt::End::kStarved; ++tries) {
    seen = one(
        [&](stress::Actor& me) {
          me.at("spins");
          while (!*never) continue;
        },
        200ms);
  }
  EXPECT_EQ(seen.end, Attempt::End::kHung);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"hang: 'spins'", 1}}));
  EXPECT_NE(seen.report.find("  no marked point was passed for "), std::string::npos);
}

// Does what takes `time` without a marked point, asleep.
TwoFunctions::Act slow(const Shared<std::atomic<int>>& began, std::chrono::milliseconds time) {
  return [&began, time](stress::Actor& me) {
    began->fetch_add(1);
    sleep_for(time);
    me.record("good");
  };
}

void await_both(const Shared<std::atomic<int>>& began) {
  while (*began < 2) ::usleep(1000);
}

// Stops `processes` for `time`; the first one goes on first.
void stop_for(const std::vector<pid_t>& processes, std::chrono::milliseconds time) {
  for (const pid_t each : processes) ::kill(each, SIGSTOP);
  sleep_for(time);
  for (const pid_t each : processes) ::kill(each, SIGCONT);
}

TEST_P(StressHang, ATrialThatIsStoppedForTwiceThePatienceAndGoesOnHasNotHung) {
  const Shared<std::atomic<int>> began{0};
  const pid_t self = ::getpid();
  const Helper stopper([&] {
    await_both(began);
    std::vector<pid_t> trial;
    for (const pid_t each : processes_of(self)) {
      if (each != self && each != ::getpid()) trial.push_back(each);
    }
    stop_for(trial, 1200ms);
  });
  const auto seen = one(slow(began, 200ms), 600ms);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 2}})) << seen.report;
}

TEST_P(StressHang, ATrialThatIsStoppedTogetherWithItsWatchdogHasNotHung) {
  const Shared<std::atomic<int>> began{0};
  const Shared<std::atomic<bool>> right{false};
  Helper watchdog([&] {
    const auto seen = one(slow(began, 200ms), 600ms);
    *right = seen.outcomes == Outcomes{{"good", 2}};
  });
  await_both(began);
  stop_for(processes_of(watchdog.id()), 1200ms);
  watchdog.end();
  EXPECT_TRUE(*right);
}

TEST_P(StressHang, ATrialThatIsStarvedByBusyLoopsOnItsCpuHasNotHung) {
  const int cpu = allowed_cpus().back();
  const Shared<std::atomic<int>> busy{0};
  const auto loop = [&] {
    stay_on(cpu);
    for (busy->fetch_add(1);;) continue;
  };
  const Helper one_loop(loop), other_loop(loop);
  await_both(busy);
  const auto seen = one(
      [&](stress::Actor& me) {
        stay_on(cpu);
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
        // Twice the patience by the clock, of which it gets a third at most.
        for (const auto end = Clock::now() + 1s; Clock::now() < end;) continue;
        me.record("good");
      },
      500ms);
  EXPECT_EQ(seen.outcomes, (Outcomes{{"good", 2}})) << seen.report;
}

TEST_P(StressHang, ATrialThatNeverRunsAgainIsUndecidedWhichIsNotPassed) {
  const auto stops = test([](stress::Actor& me) {
    me.at("stops");
    ::raise(SIGSTOP);
  });
  stress::Engine engine({&stops}, {.duration = 1ms, .patience = 20ms});
  engine.run();
  const auto& result = engine.results().front();
  ASSERT_EQ(result.found.count("starved"), 1U) << stress::table(engine.results());
  EXPECT_NE(result.found.at("starved").report.find("state T"), std::string::npos);
  EXPECT_EQ(result.verdict(), stress::TestResult::Verdict::kUndecided);
  EXPECT_EQ(stress::exit_code(engine.results()), kIncomparable);
}

}  // namespace
}  // namespace harness::testing
