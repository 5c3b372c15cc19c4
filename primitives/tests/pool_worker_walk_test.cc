// A pool's worker under kill -9: every instruction of taking a task, running it, and giving its result.
//
// The victim lives a worker's life (detail/pool/state.h, work()) on rings that the test has filled. The
// survivor does what the pool's process does when worker and supervisor have died (detail/pool/task_router.h),
// and lets another worker run what is left. The word says what became of each call, in their order:
// given by the victim, lost with it, or left to the other.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/detail/pool/process_tasks.h"
#include "gilfree/detail/pool/task_router.h"
#include "gilfree/errors.h"
#include "primitives/tests/support/crash_test.h"
#include "primitives/tests/support/pool_pieces.h"

namespace gilfree::testing {
namespace {

// Its result as the calls of the walks give it, of one size or not.
template <typename Result>
Result result_of(int call) {
  if constexpr (std::is_same_v<Result, std::string>) {
    return std::string(40, static_cast<char>('a' + call));
  } else {
    return call + 100;
  }
}

template <typename Result>
class PoolWorkerWalkTest : public CrashTest {
 protected:
  static constexpr int kCalls = 2;

  PoolWorkerWalkTest() : runs_(2 * kCalls) {}

  void make(int workers) {
    pool_.emplace(workers);
    for (int i = 0; i < runs_.size(); ++i) runs_[i] = 0;
  }
  // In `chunk`s, for each of which there is a task.
  void offer(int chunk) {
    job_ = pool_->template post<Result>(kCalls, chunk, [this](int call) {
      runs_[(other_ ? kCalls : 0) + call]++;
      return result_of<Result>(call);
    });
    pool_->close();
  }

  // What a worker does: takes what there is, gives it, and ends when there will be no more.
  void live() { (void)detail::work(pool_->share, pool_->plan, 0); }
  void live_as_the_other() {
    other_ = true;
    (void)detail::work(pool_->share, pool_->plan, pool_->share.workers - 1);
  }

  // Of a worker that takes what there is from the beginning on.
  Walk walk(int chunk, std::function<void()> prepare) {
    return {.fresh =
                [this, chunk] {
                  make(1);
                  offer(chunk);
                },
            .prepare = std::move(prepare),
            .operation = [this] { live(); },
            .survivor = [this] { return recover(); }};
  }

  std::string recover() {
    pool_->share.await_workers_end();
    pool_->exchange.lose_all();
    live_as_the_other();
    pool_->exchange.collect();
    if (!job_->is_done()) return "unanswered";
    std::string words;
    for (int call = 0; call < kCalls; ++call) words += (call > 0 ? " " : "") + fate_of(call);
    return words;
  }

  std::string fate_of(int call) {
    const auto by_victim = runs_[call].load(), by_other = runs_[kCalls + call].load();
    if (by_victim > 1 || by_victim + by_other > 1) return "run-twice";
    try {
      if (job_->at(call) != result_of<Result>(call)) return "torn";
      return by_other == 1 ? "left" : by_victim == 1 ? "given" : "invented";
    } catch (const WorkerLost&) {
      return by_other == 0 ? "lost" : "lost-and-run";
    }
  }

  std::optional<PoolInPieces> pool_;
  std::shared_ptr<detail::SharedResult<Result>> job_;
  Ledger<Processes> runs_;  // by the victim, by the other
  bool other_ = false;
};

using Results = ::testing::Types<int, std::string>;
TYPED_TEST_SUITE(PoolWorkerWalkTest, Results);

// From the one word to the next in this order: two instructions decide for each call.
void expect_in_order(const Findings& found, const std::vector<std::string>& words) {
  std::cout << "    " << found << "\n";
  if (!can_walk()) GTEST_SKIP() << "no single steps on this machine";
  EXPECT_EQ(found.hangs, 0);
  EXPECT_EQ(found.first, words.front());
  EXPECT_EQ(found.last, words.back());
  EXPECT_EQ(found.edges, static_cast<int>(words.size()) - 1) << found;
  EXPECT_EQ(found.verdicts.size(), words.size()) << found;
  for (const auto& word : words) EXPECT_TRUE(found.verdicts.contains(word)) << word;
  EXPECT_LE(found.missed, found.points / 20);
}

TYPED_TEST(PoolWorkerWalkTest, OfTwoTasksOnlyTheOneThatAWorkerIsAtIsLost) {
  expect_in_order(kill_at_every_instruction(this->walk(1, this->attach)),
                  {"left left", "lost left", "given left", "given lost", "given given"});
}

TYPED_TEST(PoolWorkerWalkTest, OfAChunkOnlyTheCallThatAWorkerIsAtIsLost) {
  expect_in_order(kill_at_every_instruction(this->walk(2, this->attach)),
                  {"left left", "lost left", "given lost", "given given"});
}

// The first thing a worker does is to become a participant.
TYPED_TEST(PoolWorkerWalkTest, AWorkerThatHasJustBegunMayBeKilledToo) {
  expect_in_order(kill_at_every_instruction(this->walk(1, [] {})),
                  {"left left", "lost left", "given left", "given lost", "given given"});
}

// The victim has been woken for the first of two tasks. The other sleeps on, and must notice its death.
TYPED_TEST(PoolWorkerWalkTest, AWorkerAsleepTakesWhatOneWokenForItCannotTakeAnyMore) {
  const auto found = kill_at_every_instruction(
      {.fresh = [&] { this->make(2); },
       .operation = [&] { this->live(); },
       .others = [&] { this->peers_.start_asleep([&] { this->live_as_the_other(); }); },
       .wake = [&] { this->offer(1); },
       .survivor = [&] { return this->recover(); },
       .after = [&] { return this->peers_.end(); }});
  CrashTest::Words words;
  for (const std::string first : {"left", "lost", "given"}) {
    for (const std::string second : {"left", "lost", "given"}) words[first + " " + second] = 1;
  }
  this->expect(found, words);
}

}  // namespace
}  // namespace gilfree::testing
