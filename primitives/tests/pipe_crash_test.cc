// Pipe under kill -9: every instruction of send and recv, with the other end idle and asleep.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/crash_item.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

template <typename T>
class PipeCrashTest : public CrashTest {
 protected:
  using End = Connection<T, Processes>;

  // A pipe with these on their way.
  void open(const std::vector<long>& numbers) {
    auto [a, b] = Pipe<T, Processes>({.capacity = 4});
    here_.emplace(std::move(a));
    there_.emplace(std::move(b));
    for (const long number : numbers) send(number);
  }
  void send(long number) { here_->send(item<T>(number)); }

  std::string drain() {
    std::string found;
    while (const auto next = there_->try_recv()) found += " " + std::to_string(number_of(*next));
    return "found" + found;
  }

  // A walk with no other process. The survivor holds both ends: it sends once more, and drains.
  Walk alone(const std::vector<long>& numbers, std::function<void()> operation) {
    return {.fresh = [this, numbers] { open(numbers); },
            .prepare = attach,
            .operation = std::move(operation),
            .survivor =
                [this] {
                  const std::string found = drain();
                  send(7);
                  return drain() == "found 7" ? found : "broken";
                }};
  }

  std::optional<End> here_, there_;
  Ledger<Processes> got_{2};
};

TYPED_TEST_SUITE(PipeCrashTest, CrashItems);

TYPED_TEST(PipeCrashTest, ASendKilledAtAnyInstructionHasHappenedOrHasNot) {
  this->expect_one_edge(this->alone({1}, [this] { this->send(2); }), "found 1", "found 1 2");
}

// With a receiver seen alive, and the room last seen used up or not: the long way and the short one.
TYPED_TEST(PipeCrashTest, ASendInMidLifeKilledAtAnyInstructionHasHappenedOrHasNot) {
  Walk walk = this->alone({}, [this] { this->send(2); });
  const auto after = [&](int rounds) {
    walk.prepare = [this, rounds] {
      for (int i = 0; i < rounds; ++i) {
        this->send(1);
        (void)this->there_->recv();
      }
    };
    return this->expect_one_edge(walk, "found", "found 2");
  };
  const Findings long_way = after(200), short_way = after(201);
  if (can_walk() && std::is_same_v<TypeParam, Pair>) {
    EXPECT_LT(short_way.instructions, long_way.instructions) << "it was to know of room (pipe.h)";
  }
}

TYPED_TEST(PipeCrashTest, AReceiveKilledAtAnyInstructionHasHappenedOrHasNot) {
  this->expect_one_edge(this->alone({1, 2}, [this] { (void)this->there_->recv(); }), "found 1 2",
                        "found 2");
}

// The first use in a process also makes it a participant.
TYPED_TEST(PipeCrashTest, AFirstSendOrReceiveKilledAtAnyInstructionHasHappenedOrHasNot) {
  Walk send = this->alone({}, [this] { this->send(2); });
  Walk receive = this->alone({1}, [this] { (void)this->there_->recv(); });
  send.prepare = receive.prepare = [] {};
  this->expect_one_edge(send, "found", "found 2");
  this->expect_one_edge(receive, "found 1", "found");
}

TYPED_TEST(PipeCrashTest, KilledOnItsWayToSleepItTakesAndLeavesNothing) {
  Walk receive = this->alone({}, [this] { (void)this->there_->recv(); });
  Walk send = this->alone({1, 2, 3, 4}, [this] { this->send(5); });
  for (Walk* walk : {&receive, &send}) {
    walk->ends_asleep = true;
    walk->most_rounds = 1;
  }
  this->expect_only(receive, {{"found", 1}});
  this->expect_only(send, {{"found 1 2 3 4", 1}});
}

TYPED_TEST(PipeCrashTest, ABatchKilledAtAnyInstructionWasSentWholeOrNotAtAll) {
  const std::vector<TypeParam> batch{item<TypeParam>(2), item<TypeParam>(3)};
  this->expect_one_edge(this->alone({1}, [&] { this->here_->send_many(batch); }), "found 1",
                        "found 1 2 3");
}

TYPED_TEST(PipeCrashTest, ABatchBeingReceivedWhenKilledIsGoneWholeOrNotAtAll) {
  this->expect_one_edge(this->alone({1, 2, 3}, [this] { (void)this->there_->recv_many(2); }),
                        "found 1 2 3", "found 3");
}

// The last holder of the sending end dies in the middle of a send to a receiver that sleeps: it gets
// the message or it does not, and then the end of the file.
TYPED_TEST(PipeCrashTest, AReceiverAsleepSeesTheEndWhereverTheSenderDies) {
  auto &messages = this->got_[0], &ends = this->got_[1];
  this->expect_one_edge({.fresh =
                             [&] {
                               this->open({});
                               messages = ends = 0;
                               this->peers_.start_asleep([&] {
                                 this->here_->close();
                                 try {
                                   while (true) {
                                     messages += number_of(this->there_->recv()) == 2 ? 1 : 100;
                                   }
                                 } catch (const EndOfFile&) {
                                   ends = 1;
                                 }
                               });
                             },
                         .prepare = this->attach,
                         .operation = [this] { this->send(2); },
                         .survivor = [] { return "asked"; },
                         .after =
                             [&] {
                               // Only now is the last sender gone.
                               this->here_->close();
                               await(ends);
                               this->peers_.end();
                               return std::to_string(messages) + " and the end";
                             }},
                        "0 and the end", "1 and the end");
}

}  // namespace
}  // namespace gilfree::testing
