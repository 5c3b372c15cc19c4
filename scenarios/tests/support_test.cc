// What the bodies of scenarios share: objects, work of a given length, sampled latencies, payloads.
#include "scenarios/tests/support.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/support/busy_work.h"
#include "scenarios/support/numbered_payload.h"
#include "scenarios/support/placement.h"
#include "scenarios/support/sampled_waits.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/support/thread_state.h"

namespace scenarios::testing {
namespace {

using std::string;

TEST(WorkerKindTest, IsReadFromTheAxisScope) {
  TestLaunch threads({{"scope", string("threads")}}), processes({{"scope", string("processes")}});
  EXPECT_EQ(worker_kind_of(threads.run()), WorkerKind::kThreads);
  EXPECT_EQ(worker_kind_of(processes.run()), WorkerKind::kProcesses);
  EXPECT_EQ(scope_axis().sweep,
            (std::vector<harness::Parameter::Value>{string("threads"), string("processes")}));
}

template <WorkerKind K>
void expect_seen_by_workers() {
  SharedObject<std::atomic<int>, K> shared{7};
  run_workers(K, times(3, [&] { ++*shared; }));
  EXPECT_EQ(*shared, 10);
}

TEST(SharedObjectTest, ThreadsSeeEachOthersWrites) {
  expect_seen_by_workers<WorkerKind::kThreads>();
}

TEST(SharedObjectTest, ProcessesSeeEachOthersWrites) {
  expect_seen_by_workers<WorkerKind::kProcesses>();
}

// Counts how many there are.
struct Counted {
  explicit Counted(int& counter) : count(counter) { ++count; }
  ~Counted() { --count; }
  int& count;
};

struct CountedHandle : Counted {
  static constexpr bool kSharesItself = true;
  using Counted::Counted;
};

TEST(SharedObjectTest, BetweenThreadsItIsDestroyed) {
  int count = 0;
  {
    SharedObject<Counted, WorkerKind::kThreads> shared(count);
    EXPECT_EQ(count, 1);
  }
  EXPECT_EQ(count, 0);
}

TEST(SharedObjectTest, BetweenProcessesItIsUnmappedWithoutADestructor) {
  int count = 0;
  { SharedObject<Counted, WorkerKind::kProcesses> shared(count); }
  EXPECT_EQ(count, 1) << "a destructor could wait for a worker that was killed inside";
}

TEST(SharedObjectTest, AHandleThatSharesItselfIsDestroyedInBothCases) {
  int count = 0;
  { SharedObject<CountedHandle, WorkerKind::kProcesses> shared(count); }
  { SharedObject<CountedHandle, WorkerKind::kThreads> shared(count); }
  EXPECT_EQ(count, 0);
}

TEST(SharedObjectTest, ItLiesOnCacheLinesOfItsOwn) {
  SharedObject<char, WorkerKind::kThreads> heap{'a'};
  SharedObject<char, WorkerKind::kProcesses> mapped{'b'};
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&*heap) % 128, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&*mapped) % 128, 0u);
}

TEST(BusyWorkTest, TakesAtLeastAboutTheTimeAskedFor) {
  using Clock = std::chrono::steady_clock;
  const BusyWork work(2'000'000);
  auto longest = Clock::duration::zero();
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto start = Clock::now();
    work();
    longest = std::max(longest, Clock::now() - start);
  }
  EXPECT_GT(longest, std::chrono::microseconds(1000));
}

TEST(BusyWorkTest, NoneTakesNoSteps) {
  const BusyWork none(0);
  for (int i = 0; i < 1000; ++i) none();
}

// How many latencies were recorded in the first window.
std::uint64_t recorded(const harness::Tally& tally) {
  std::uint64_t sum = 0;
  for (int i = 0; i < harness::Histogram::kBuckets; ++i) sum += tally.latency[0].count(i);
  return sum;
}

TEST(SampledWaitsTest, TimesOneWaitInEvery) {
  harness::Measurement control({.warmup = std::chrono::nanoseconds(1),
                                .window = std::chrono::milliseconds(1),
                                .windows = 1});
  control.header().window = 1;  // open
  SampledWaits waits(control.tally(0), 4);
  for (int i = 0; i < 41; ++i) waits.begin(), waits.end();
  EXPECT_EQ(recorded(control.tally(0)), 11u) << "waits 0, 4, 8 ... 40";
}

TEST(SampledWaitsTest, OutsideOfTheWindowsNothingIsKept) {
  TestLaunch launch({});
  SampledWaits waits(launch.run().tally(0), 1);
  for (int i = 0; i < 10; ++i) waits.begin(), waits.end();
  EXPECT_EQ(waits.longest(), 0u);
}

TEST(SampledWaitsTest, TheLongestWaitIsFoundBetweenTimedOnes) {
  harness::Measurement control({.warmup = std::chrono::nanoseconds(1),
                                .window = std::chrono::milliseconds(1),
                                .windows = 1});
  control.header().window = 1;  // open
  SampledWaits waits(control.tally(0), 2);
  waits.begin(), waits.end();  // timed
  const BusyWork work(3'000'000);
  work(), waits.begin(), waits.end();  // not timed, and late
  waits.begin(), waits.end();          // timed
  EXPECT_GT(waits.longest(), 1'000'000u);
}

TEST(RaiseTest, KeepsTheGreater) {
  std::atomic<std::uint64_t> most{5};
  raise(most, 3);
  EXPECT_EQ(most, 5u);
  raise(most, 9);
  EXPECT_EQ(most, 9u);
}

TEST(NumberedPayloadTest, CarriesItsNumberAtBothEnds) {
  for (const std::size_t size : {8u, 15u, 16u, 64u, 5000u}) {
    NumberedPayload payload(size);
    EXPECT_EQ(payload.size(), size);
    EXPECT_EQ(payload.number(), 0u);
    payload.set_number(0x0123456789abcdef);
    EXPECT_EQ(payload.number(), 0x0123456789abcdef) << size;
  }
}

TEST(NumberedPayloadTest, ATornOneHasNoNumber) {
  NumberedPayload payload(64);
  payload.set_number(41);
  payload.data()[60] = std::byte{1};
  EXPECT_EQ(payload.number(), std::nullopt);
}

TEST(NumberedPayloadTest, BeginsOnAPage) {
  for (const std::size_t size : {8u, 4096u, 100'000u}) {
    NumberedPayload payload(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(payload.data()) % 4096, 0u);
  }
}

TEST(ThreadStateTest, SeesAThreadSleepAndRun) {
  std::atomic<pid_t> id{0};
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    id = ::gettid();
    char byte;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1);  // sleeps
    while (!stop) continue;                   // runs
  });
  while (id == 0) ::sched_yield();
  const ThreadState state(id);
  while (!state.is_asleep()) ::sched_yield();
  EXPECT_EQ(::write(ends[1], "", 1), 1);
  while (state.is_asleep()) ::sched_yield();
  EXPECT_FALSE(state.is_asleep());
  stop = true;
  thread.join();
  EXPECT_FALSE(state.is_asleep()) << "a thread that is gone does not sleep";
  ::close(ends[0]), ::close(ends[1]);
}

TEST(ThreadStateTest, AThreadThatIsNotThereIsNamed) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(message_of<std::runtime_error>([&] { ThreadState state(child); }),
            "cannot read /proc/" + std::to_string(child) + "/stat");
}

}  // namespace
}  // namespace scenarios::testing
