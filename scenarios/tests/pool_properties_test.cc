// What every pool of pool_tasks promises: the result of each input at its place, whatever the inputs, the chunks and
// the order of maps and calls, for one pool and for two at a time.
#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "scenarios/pool_tasks.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

Numbers expected_of(const Numbers& inputs) {
  Numbers expected(inputs.size());
  run_tasks(inputs, expected, 0, inputs.size());
  return expected;
}

class PoolPropertyTest : public ContenderTest<PoolContender> {
 protected:
  // Of a process for each task, the exit code is the result: it goes up to 255.
  bool takes_any_number() const { return contender().traits.maps; }

  Numbers random_inputs(std::size_t count, unsigned seed) const {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> any(takes_any_number() ? -700'000'000 : 0,
                                           takes_any_number() ? 700'000'000 : 80);
    Numbers inputs(count);
    for (auto& input : inputs) input = any(random);
    return inputs;
  }
  static void expect_map(AnyPool& pool, const Numbers& inputs, std::size_t chunk) {
    Numbers outputs(inputs.size(), -1);
    pool.map(inputs, chunk, outputs);
    EXPECT_EQ(outputs, expected_of(inputs)) << inputs.size() << " tasks in chunks of " << chunk;
  }
};

TEST_P(PoolPropertyTest, AMapOfNoTasksEnds) {
  unless_skipped([&] {
    const auto pool = contender().make(2);
    expect_map(*pool, {}, 1);
    expect_map(*pool, {7}, 1);  // and the pool can be used after it
  });
}

TEST_P(PoolPropertyTest, ResultsBelongToTheirInputsNotToTheirPlaces) {
  unless_skipped([&] {
    const auto pool = contender().make(3);
    for (const unsigned seed : {1u, 2u}) expect_map(*pool, random_inputs(40, seed), 1);
  });
}

TEST_P(PoolPropertyTest, EveryNumberOfTasksAroundThatOfTheWorkersIsDone) {
  unless_skipped([&] {
    const auto pool = contender().make(3);
    for (std::size_t count = 1; count <= 8; ++count) expect_map(*pool, random_inputs(count, 3), 1);
  });
}

TEST_P(PoolPropertyTest, EveryChunkSizeGivesTheSameResults) {
  if (!contender().traits.maps) GTEST_SKIP() << "it has no chunks";
  unless_skipped([&] {
    const auto pool = contender().make(2);
    const auto inputs = random_inputs(101, 4);
    for (const std::size_t chunk : {1u, 2u, 3u, 50u, 100u, 101u, 102u, 5000u})
      expect_map(*pool, inputs, chunk);
    if (contender().traits.chooses_chunks) expect_map(*pool, inputs, 0);
  });
}

TEST_P(PoolPropertyTest, MapsAndCallsTakeTurns) {
  unless_skipped([&] {
    const auto pool = contender().make(2);
    for (int round = 0; round < 5; ++round) {
      expect_map(*pool, random_inputs(12, static_cast<unsigned>(round)), 1);
      for (const int x : {0, 1, 83}) EXPECT_EQ(pool->call(x), 3 * x + 1);
    }
  });
}

TEST_P(PoolPropertyTest, NegativeNumbersAndTheLargestComeBackWhole) {
  if (!takes_any_number()) GTEST_SKIP() << "an exit code goes from 0 to 255";
  unless_skipped([&] {
    const auto pool = contender().make(2);
    const Numbers edges{-1, 0, 1, -715'827'882, 715'827'882, 255, 256, -256, 65'535, -65'536};
    expect_map(*pool, edges, 1);
    expect_map(*pool, edges, 3);
    for (const int x : edges) EXPECT_EQ(pool->call(x), 3 * x + 1);
  });
}

TEST_P(PoolPropertyTest, TwoPoolsDoNotMixTheirResults) {
  unless_skipped([&] {
    const auto one = contender().make(2), other = contender().make(1);
    for (unsigned round = 0; round < 3; ++round) {
      expect_map(*one, random_inputs(10, round), 1);
      expect_map(*other, random_inputs(10, 100 + round), 1);
    }
    EXPECT_EQ(one->call(5), 16);
    EXPECT_EQ(other->call(6), 19);
  });
}

TEST_P(PoolPropertyTest, APoolIsMadeUsedAndEndedAgainAndAgain) {
  unless_skipped([&] {
    for (int round = 0; round < 10; ++round) {
      const auto pool = contender().make(1 + round % 3);
      expect_map(*pool, random_inputs(6, static_cast<unsigned>(round)), 1);
    }
  });
}

TEST_P(PoolPropertyTest, APoolThatWasNotUsedEnds) {
  unless_skipped([&] {
    for (const int workers : {1, 4}) contender().make(workers);
  });
}

// As it is measured: the submitter is a process of its own, and the workers come from it.
TEST_P(PoolPropertyTest, APoolOfAForkedProcessGivesItsResults) {
  unless_skipped([&] {
    EXPECT_NO_THROW(run_workers(WorkerKind::kProcesses, times(2, [&] {
                                  const auto pool = contender().make(2);
                                  const auto inputs = random_inputs(30, 9);
                                  Numbers outputs(inputs.size());
                                  pool->map(inputs, 1, outputs);
                                  require(outputs == expected_of(inputs),
                                          "each result is at its place");
                                })));
  });
}

TEST_P(PoolPropertyTest, ItAnswersWhatItsTraitsSay) {
  const auto& traits = contender().traits;
  EXPECT_TRUE(traits.maps || traits.fifty) << "it has an answer somewhere";
  EXPECT_FALSE(traits.chooses_chunks && !traits.maps) << "chunks are those of a map";
}

INSTANTIATE_TEST_SUITE_P(All, PoolPropertyTest, ::testing::ValuesIn(native<PoolContender>()),
                         NameOf());

TEST(EachChunkTest, CoversEverySizeOnceWhateverTheChunk) {
  for (const std::size_t size : {0u, 1u, 2u, 9u, 10u, 11u, 100u}) {
    for (const std::size_t chunk : {1u, 2u, 3u, 10u, 100u, 1000u}) {
      std::size_t next = 0;
      each_chunk(size, chunk, [&](std::size_t first, std::size_t end) {
        EXPECT_EQ(first, next);
        EXPECT_GT(end, first);
        EXPECT_LE(end - first, chunk);
        next = end;
      });
      EXPECT_EQ(next, size) << size << " in chunks of " << chunk;
    }
  }
}

// Four chunks a worker hold all tasks, and no fewer would.
TEST(ChunkOfTest, FourChunksAWorkerAreEnoughForAnyNumberOfWorkers) {
  for (std::size_t workers = 1; workers <= 64; ++workers) {
    const auto chunk = chunk_of("chunks", {}, workers);
    EXPECT_GE(chunk * 4 * workers, kInChunks);
    EXPECT_LT((chunk - 1) * 4 * workers, kInChunks);
  }
}

}  // namespace
}  // namespace scenarios::testing
