// Where workers are put, and what they share.
#include "scenarios/support/placement.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "scenarios/support/busy_work.h"
#include "scenarios/support/numbered_payload.h"
#include "scenarios/support/sampled_waits.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/support/thread_state.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// Allows this process so many CPUs until the end of the test.
class AllowedCpus {
 public:
  explicit AllowedCpus(std::size_t count) : before_(allowed_cpus()) {
    allow({before_.begin(), before_.begin() + static_cast<std::ptrdiff_t>(count)});
  }
  ~AllowedCpus() { allow(before_); }

 private:
  static void allow(const std::vector<int>& cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  std::vector<int> before_;
};

TEST(PlacementTest, TwoWorkersApartHaveACpuEach) {
  if (allowed_cpus().size() < 2) GTEST_SKIP() << "one CPU";
  TestLaunch launch({{"placement", string("apart")}});
  const auto cpus = place_two(launch.run());
  EXPECT_NE(cpus.one, cpus.other);
  EXPECT_EQ(launch.facts()["placement"], "core");
  EXPECT_EQ(launch.facts()["cpus"], joined({cpus.one, cpus.other}));
}

TEST(PlacementTest, TwoWorkersTogetherShareACpu) {
  TestLaunch launch({{"placement", string("together")}});
  const auto cpus = place_two(launch.run());
  EXPECT_EQ(cpus.one, cpus.other);
  EXPECT_EQ(launch.facts()["placement"], "same core");
}

TEST(PlacementTest, OnOneCpuTwoWorkersApartAreSkippedWithTheRemedy) {
  const AllowedCpus one(1);
  TestLaunch launch({{"placement", string("apart")}});
  EXPECT_EQ(message_of<harness::Skipped>([&] { place_two(launch.run()); }),
            "only one CPU is allowed; ask for --placement together");
}

// Two sockets of four cores with two threads each, of which 0 and 1 are one core's.
const harness::Topology& server() {
  static const auto machine = harness::synthetic_topology("package:2 l3:2 core:2 pu:2");
  return machine;
}

// The CPUs and the column that two workers get there.
std::pair<string, string> two_on(const harness::Topology& machine, const string& placement) {
  TestLaunch launch({{"placement", placement}});
  const auto cpus = place_two(launch.run(), machine);
  EXPECT_EQ(launch.facts()["cpus"], joined({cpus.one, cpus.other}));
  return {joined({cpus.one, cpus.other}), launch.facts()["placement"]};
}

TEST(PlacementTest, OnAServerTwoWorkersArePlacedAsNearAsIsAsked) {
  using Placed = std::pair<string, string>;
  EXPECT_EQ(two_on(server(), "apart"), (Placed{"0;2", "core"}));
  EXPECT_EQ(two_on(server(), "together"), (Placed{"0;0", "same core"}));
  EXPECT_EQ(two_on(server(), "same"), (Placed{"0;0", "same core"}));
  EXPECT_EQ(two_on(server(), "smt"), (Placed{"0;1", "smt"}));
  EXPECT_EQ(two_on(server(), "l3"), (Placed{"0;2", "l3"}));
  EXPECT_EQ(two_on(server(), "socket"), (Placed{"0;4", "socket"}));
  EXPECT_EQ(two_on(server(), "numa"), (Placed{"0;8", "numa"}));
}

TEST(PlacementTest, TwoThreadsOfTheOnlyCoreAreNotCalledCores) {
  const auto machine = harness::synthetic_topology("package:1 core:1 pu:2");
  EXPECT_EQ(two_on(machine, "apart"), (std::pair<string, string>{"0;1", "smt"}));
}

TEST(PlacementTest, APairThatTheMachineDoesNotHaveIsSkippedWithTheReason) {
  const auto desktop = harness::synthetic_topology("package:1 l3:1 core:4 pu:1");
  TestLaunch launch({{"placement", string("smt")}});
  EXPECT_EQ(
      message_of<harness::Skipped>([&] { place_two(launch.run(), desktop); }),
      "the CPUs that are allowed have no two threads of one core; `bench-all env` shows them");
}

TEST(PlacementTest, TheSweepHasWhatTheMachineHasBesidesApartAndTogether) {
  using Values = std::vector<harness::Parameter::Value>;
  const auto desktop = harness::synthetic_topology("package:1 l3:1 core:4 pu:1");
  EXPECT_EQ(placement_axis(desktop).sweep, (Values{string("apart"), string("together")}));
  EXPECT_EQ(placement_axis(server()).sweep,
            (Values{string("apart"), string("together"), string("smt"), string("socket"),
                    string("numa")}));
  EXPECT_EQ(placement_axis(server()).more, (Values{string("same"), string("l3")}));
}

// The CPUs of so many workers on a machine, and the column.
std::pair<string, string> many_on(const harness::Topology& machine, const string& placement,
                                  int workers) {
  TestLaunch launch({{"placement", placement}});
  const string cpus = joined(place_in_turn(launch.run(), workers, machine));
  EXPECT_EQ(launch.facts()["cpus"], cpus);
  return {cpus, launch.facts()["placement"]};
}

TEST(PlacementTest, OnAServerManyWorkersHaveACoreEachOrAreCompactOrScattered) {
  using Placed = std::pair<string, string>;
  EXPECT_EQ(many_on(server(), "none", 9), (Placed{"0;2;4;6;8;10;12;14;1", "in turn"}));
  EXPECT_EQ(many_on(server(), "compact", 4), (Placed{"0;1;2;3", "compact"}));
  EXPECT_EQ(many_on(server(), "scatter", 4), (Placed{"0;8;4;12", "scatter"}));
}

// The words that two workers have mean the same for many, so that `--placement apart` measures all scenarios.
TEST(PlacementTest, ManyWorkersApartHaveACoreEachAndTogetherOneForAll) {
  EXPECT_EQ(many_on(server(), "apart", 9), many_on(server(), "none", 9));
  using Placed = std::pair<string, string>;
  EXPECT_EQ(many_on(server(), "together", 3), (Placed{"0;0;0", "same core"}));
  EXPECT_EQ(many_on(server(), "same", 3), (Placed{"0;0;0", "same core"}));
}

TEST(PlacementTest, ScenariosWithManyWorkersTakeTheWordsOfTwoThatMeanSomethingForThem) {
  const auto axis = spread_axis();
  for (const char* word : {"apart", "together", "same"}) {
    EXPECT_NE(
        std::find(axis.more.begin(), axis.more.end(), harness::Parameter::Value(string(word))),
        axis.more.end())
        << word;
  }
}

TEST(PlacementTest, MoreWorkersThanCpusBeginAgainWithTheFirst) {
  const auto machine = harness::synthetic_topology("package:1 core:2 pu:1");
  EXPECT_EQ(many_on(machine, "none", 5).first, "0;1;0;1;0");
}

TEST(PlacementTest, OnOneCpuManyWorkersShareIt) {
  const AllowedCpus one(1);
  TestLaunch launch({{"placement", string("none")}});
  const auto cpus = place_in_turn(launch.run(), 3);
  EXPECT_EQ(cpus, std::vector<int>(3, cpus[0]));
  EXPECT_EQ(launch.facts()["placement"], "same core");
}

TEST(PlacementTest, CpusAreJoinedBySemicolons) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({3}), "3");
  EXPECT_EQ(joined({0, 1, 12}), "0;1;12");
}

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
