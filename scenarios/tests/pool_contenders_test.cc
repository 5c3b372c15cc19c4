// Every pool of pool_tasks gives each result, and every starter of lifecycle and cpu_scaling starts.
#include <unistd.h>

#include <atomic>
#include <set>

#include "scenarios/cpu_scaling.h"
#include "scenarios/lifecycle.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/tests/own_threads.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

class PoolTest : public ContenderTest<PoolContender> {
 protected:
  void expect_map(int workers, std::size_t count, std::size_t chunk) {
    unless_skipped([&] {
      const auto pool = contender().make(workers);
      Tasks tasks(count);
      for (int again = 0; again < 2; ++again) {
        tasks.clear_outputs();
        pool->map(tasks.inputs, chunk, tasks.outputs);
        EXPECT_EQ(tasks.outputs, tasks.expected);
      }
    });
  }
  void expect_measured(const std::string& way) {
    unless_skipped([&] {
      TestLaunch measured({{"contender", contender().name}, {"way", way}, {"workers", 2}});
      measured.run().expect(static_cast<int>(kFifty));
      contender().measure(measured.run(), 2);
      measured.expect_measured();
      EXPECT_EQ(measured.has_latencies(), way == "round_trip" || way == "fifty");
    });
  }
};

// Of a process for each task, the exit code is the result: it goes up to 255.
constexpr std::size_t kFew = 40;

TEST_P(PoolTest, EachTaskGivesItsResultAtItsPlace) { expect_map(2, kFew, 1); }

TEST_P(PoolTest, ChunksGiveEachResultAtItsPlace) {
  if (!contender().traits.maps) GTEST_SKIP() << "it has no chunks";
  expect_map(3, 5000, 100);
}

TEST_P(PoolTest, AChunkThatDoesNotDivideTheTasksLosesNone) {
  if (!contender().traits.maps) GTEST_SKIP() << "it has no chunks";
  expect_map(2, 1001, 7);
}

TEST_P(PoolTest, OneWorkerIsEnough) { expect_map(1, kFew, 1); }

TEST_P(PoolTest, MoreWorkersThanTasksLoseNone) { expect_map(4, 3, 1); }

TEST_P(PoolTest, ASingleCallGivesItsResult) {
  unless_skipped([&] {
    const auto pool = contender().make(2);
    for (int x = 0; x < 20; ++x) EXPECT_EQ(pool->call(x), 3 * x + 1);
  });
}

TEST_P(PoolTest, ItLeavesNoProcessAndNoThread) {
  if (contender().name == "tbb_task_group") GTEST_SKIP() << "oneTBB keeps its threads";
  unless_skipped([&] {
    contender().make(1)->call(1);  // a library may start threads of its own at its first use
    const auto before = own_threads();
    contender().make(3)->call(1);
    EXPECT_FALSE(has_children());
    EXPECT_EQ(own_threads(), before);
  });
}

TEST_P(PoolTest, TasksOneByOneAreMeasured) {
  if (!contender().traits.maps) GTEST_SKIP() << "not offered";
  expect_measured("one_by_one");
}

TEST_P(PoolTest, TasksInChunksAreMeasured) {
  if (!contender().traits.maps) GTEST_SKIP() << "not offered";
  expect_measured("chunks");
}

TEST_P(PoolTest, RoundTripsAreMeasured) {
  if (!contender().traits.calls) GTEST_SKIP() << "not offered";
  expect_measured("round_trip");
}

TEST_P(PoolTest, FiftyTasksAreMeasured) {
  if (!contender().traits.fifty) GTEST_SKIP() << "not offered";
  expect_measured("fifty");
}

INSTANTIATE_TEST_SUITE_P(All, PoolTest, ::testing::ValuesIn(native<PoolContender>()), NameOf());

TEST(TasksTest, NoticeAMissingAndAWrongResult) {
  Tasks tasks(4);
  EXPECT_EQ(tasks.expected, (Numbers{1, 4, 7, 10}));
  tasks.clear_outputs();
  EXPECT_FALSE(tasks.are_done());
  run_tasks(tasks.inputs, tasks.outputs, 0, 3);
  EXPECT_FALSE(tasks.are_done());
  run_tasks(tasks.inputs, tasks.outputs, 3, 4);
  EXPECT_TRUE(tasks.are_done());
  ++tasks.outputs[2];
  EXPECT_FALSE(tasks.are_done());
}

TEST(ChunkOfTest, IsOneThenThePoolsOwnOrCPythonsRule) {
  EXPECT_EQ(chunk_of("one_by_one", {}, 4), 1u);
  EXPECT_EQ(chunk_of("chunks", {.chooses_chunks = true}, 4), 0u);
  EXPECT_EQ(chunk_of("chunks", {}, 4), 6250u);
  EXPECT_EQ(chunk_of("chunks", {}, 3), 8334u);  // rounded up: four chunks a worker hold all
}

TEST(EachChunkTest, VisitsAllItemsOnce) {
  std::vector<std::pair<std::size_t, std::size_t>> visited;
  each_chunk(10, 4, [&](std::size_t first, std::size_t end) { visited.emplace_back(first, end); });
  EXPECT_EQ(visited, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 4}, {4, 8}, {8, 10}}));
}

class StarterTest : public ContenderTest<StarterContender> {};

TEST_P(StarterTest, StartsAndWaitsForTheEnd) {
  unless_skipped([&] {
    contender().make();
    const auto threads = own_threads();
    const bool children = has_children();  // a fork server stays
    for (int i = 0; i < 20; ++i) contender().make();
    EXPECT_EQ(own_threads(), threads);
    EXPECT_EQ(has_children(), children);
  });
}

TEST_P(StarterTest, StartsAndEndsAreMeasured) {
  unless_skipped([&] {
    TestLaunch measured({{"contender", contender().name}, {"parent_bytes", 1 << 20}});
    contender().measure(measured.run());
    measured.expect_measured();
    EXPECT_TRUE(measured.has_latencies());
  });
}

INSTANTIATE_TEST_SUITE_P(All, StarterTest, ::testing::ValuesIn(native<StarterContender>()),
                         NameOf());

class WorkersTest : public ContenderTest<WorkersContender> {
 protected:
  void expect_measured(const std::string& scaling, const std::string& work) {
    unless_skipped([&] {
      TestLaunch measured(
          {{"contender", contender().name}, {"workers", 2}, {"work", work}, {"scaling", scaling}});
      for (int me = 0; me < 2; ++me) measured.run().tally(me);
      const int cpu = allowed_cpus().front();
      contender().measure(measured.run(), {cpu, cpu});
      measured.expect_measured();
      EXPECT_EQ(measured.has_latencies(), scaling == "strong");
    });
  }
};

TEST_P(WorkersTest, EachBodyRunsOnceInAWorkerOfItsOwn) {
  struct Ids {
    std::atomic<int> runs{0};
    std::atomic<pid_t> processes[4]{}, threads[4]{};
  };
  SharedObject<Ids, WorkerKind::kProcesses> ids;
  Bodies bodies;
  for (int me = 0; me < 4; ++me) {
    bodies.push_back([&, me] {
      ids->processes[me] = ::getpid();
      ids->threads[me] = static_cast<pid_t>(::gettid());
      ++ids->runs;
      while (ids->runs < 4) ::sched_yield();  // all of them run at the same time
    });
  }
  contender().make(bodies);
  EXPECT_EQ(ids->runs, 4);
  std::set<pid_t> processes, threads;
  for (int me = 0; me < 4; ++me) {
    processes.insert(ids->processes[me]);
    threads.insert(ids->threads[me]);
  }
  EXPECT_EQ(threads.size(), 4u);
  EXPECT_EQ(processes.size(), contender().workers == WorkerKind::kThreads ? 1u : 4u);
}

TEST_P(WorkersTest, AFailedProcessIsReported) {
  if (contender().workers == WorkerKind::kThreads) GTEST_SKIP() << "a thread has no exit code";
  EXPECT_THROW(contender().make({[] { ::_exit(3); }}), std::runtime_error);
}

TEST_P(WorkersTest, WeakScalingIsMeasured) { expect_measured("weak", "integer"); }

TEST_P(WorkersTest, StrongScalingIsMeasured) { expect_measured("strong", "integer"); }

TEST_P(WorkersTest, WorkUnderALockIsMeasured) { expect_measured("weak", "lock"); }

TEST_P(WorkersTest, AllocationIsMeasured) { expect_measured("weak", "allocation"); }

INSTANTIATE_TEST_SUITE_P(All, WorkersTest, ::testing::ValuesIn(native<WorkersContender>()),
                         NameOf());

}  // namespace
}  // namespace scenarios::testing
