// Pipe under kill -9: every instruction of send and recv, with the other end idle and asleep.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "primitives/pipe.h"
#include "primitives/tests/support/crash_lab.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

struct Pair {
  long left, right;
};

class PipeCrashTest : public Watchdog {
 protected:
  using End = Connection<Pair, Processes>;

  void SetUp() override { ::alarm(120); }

  void open() {
    auto [a, b] = Pipe<Pair, Processes>({.capacity = 4});
    here_.emplace(std::move(a));
    there_.emplace(std::move(b));
  }

  static std::string drain(End& end) {
    std::string found;
    while (const auto next = end.try_recv()) {
      found += next->left == -next->right ? " " + std::to_string(next->left) : " torn";
    }
    return "found" + found;
  }

  static void expect_one_edge(const Walk& walk, const std::string& before,
                              const std::string& after) {
    const Findings found = kill_at_every_instruction(walk);
    std::cout << "    " << found << "\n";
    if (found.points == 0) GTEST_SKIP() << "no single steps on this machine";
    EXPECT_EQ(found.hangs, 0);
    EXPECT_EQ(found.first, before);
    EXPECT_EQ(found.last, after);
    EXPECT_EQ(found.edges, 1) << "not one instruction commits";
    EXPECT_TRUE(found.only({{before, 1}, {after, 1}})) << found;
  }

  std::optional<End> here_, there_;
};

TEST_F(PipeCrashTest, ASendKilledAtAnyInstructionHasHappenedOrHasNot) {
  expect_one_edge({.fresh =
                       [&] {
                         open();
                         here_->send({1, -1});
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation =
                       [&] {
                         here_->send({2, -2});
                       },
                   .survivor =
                       [&] {
                         here_->send({3, -3});  // this process holds that end too
                         return drain(*there_);
                       }},
                  "found 1 3", "found 1 2 3");
}

TEST_F(PipeCrashTest, AReceiveKilledAtAnyInstructionHasHappenedOrHasNot) {
  expect_one_edge({.fresh =
                       [&] {
                         open();
                         here_->send({1, -1});
                         here_->send({2, -2});
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)there_->recv(); },
                   .survivor = [&] { return drain(*there_); }},
                  "found 1 2", "found 2");
}

TEST_F(PipeCrashTest, ABatchKilledAtAnyInstructionWasSentWholeOrNotAtAll) {
  const std::vector<Pair> batch{{2, -2}, {3, -3}};
  expect_one_edge({.fresh =
                       [&] {
                         open();
                         here_->send({1, -1});
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { here_->send_many(batch); },
                   .survivor =
                       [&] {
                         here_->send({4, -4});
                         return drain(*there_);
                       }},
                  "found 1 4", "found 1 2 3 4");
}

TEST_F(PipeCrashTest, ABatchBeingReceivedWhenKilledIsGoneWholeOrNotAtAll) {
  expect_one_edge({.fresh =
                       [&] {
                         open();
                         here_->send_many(std::vector<Pair>{{1, -1}, {2, -2}, {3, -3}});
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation = [&] { (void)there_->recv_many(2); },
                   .survivor = [&] { return drain(*there_); }},
                  "found 1 2 3", "found 3");
}

// The last holder of the sending end dies in the middle of a send to a receiver that sleeps: it gets
// the message or it does not, and then the end of the file.
TEST_F(PipeCrashTest, AReceiverAsleepSeesTheEndWhereverTheSenderDies) {
  Ledger<Processes> got(2);  // messages, and ends of the file
  pid_t sleeper = 0;
  expect_one_edge({.fresh =
                       [&] {
                         open();
                         got[0] = got[1] = 0;
                         sleeper = fork_child([&] {
                           here_->close();
                           try {
                             while (true) {
                               const Pair next = there_->recv();
                               got[0] += next.left == -next.right ? 1 : 100;
                             }
                           } catch (const EndOfFile&) {
                             got[1] = 1;
                           }
                         });
                         await_sleep(sleeper);
                       },
                   .prepare = [] { (void)core::self<Processes>(); },
                   .operation =
                       [&] {
                         here_->send({2, -2});
                       },
                   .survivor =
                       [&] {
                         // Only now is the last sender gone: the test holds the end until here.
                         return std::string("asked");
                       },
                   .after =
                       [&] {
                         here_->close();
                         while (got[1] == 0) std::this_thread::yield();
                         ::waitpid(sleeper, nullptr, 0);
                         return std::to_string(got[0]) + " and the end";
                       }},
                  "0 and the end", "1 and the end");
}

}  // namespace
}  // namespace gilfree::testing
