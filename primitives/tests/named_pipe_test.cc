// Pipes by name between unrelated processes: which gets which end, and what gets through.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "gilfree/barrier.h"
#include "gilfree/pipe.h"
#include "primitives/tests/support/another.h"
#include "primitives/tests/support/named.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kItems = 100'000;
constexpr auto kBusy = std::errc::device_or_resource_busy;
constexpr PipeOptions kOneWay{.duplex = false};

using End = Connection<int>;

class NamedPipeTest : public NamedTest {};

TEST_F(NamedPipeTest, TheCreatorAndTheOpenerHaveItsTwoEnds) {
  End first(create_only, name());
  End second(open_only, name());
  first.send(1);
  second.send(2);
  EXPECT_EQ(second.recv(), 1);
  EXPECT_EQ(first.recv(), 2);
  EXPECT_EQ(first.try_recv(), std::nullopt);
}

TEST_F(NamedPipeTest, AOneWayPipeGivesItsCreatorTheReceivingEnd) {
  End receiver(create_only, name(), kOneWay);
  End sender(open_only, name());
  sender.send(1);
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_THROW(receiver.send(2), std::logic_error);
  EXPECT_THROW(sender.recv(), std::logic_error);
}

TEST_F(NamedPipeTest, EachTagDoesWhatItSaysAndAnEndHasOneHolder) {
  EXPECT_EQ(error_of([&] { End(open_only, name()); }), std::errc::no_such_file_or_directory);
  End first(open_or_create, name(), kOneWay);
  EXPECT_EQ(error_of([&] { End(create_only, name()); }), std::errc::file_exists);
  std::optional<End> second(std::in_place, open_or_create, name(), PipeOptions{});
  second->send(1);
  EXPECT_EQ(first.recv(), 1);
  EXPECT_EQ(error_of([&] { End(open_only, name()); }), kBusy);
  EXPECT_EQ(error_of([&] { End(open_or_create, name()); }), kBusy);
  second->close();
  EXPECT_NO_THROW(second.emplace(open_only, name()));
  first.close();
  EXPECT_EQ(error_of([&] { End(open_only, name()); }), kBusy);
  EXPECT_NO_THROW(End(open_or_create, name()));
}

TEST_F(NamedPipeTest, UntilTheOtherEndWasOpenedItIsNotTheEndOfTheFile) {
  End first(create_only, name(), {.capacity = 2});
  EXPECT_EQ(first.try_recv(), std::nullopt);
  EXPECT_FALSE(first.poll_for(30ms));
  first.send(1);
  first.send(2);
  End second(open_only, name());
  EXPECT_EQ(second.recv(), 1);
  second.close();
  EXPECT_THROW(first.recv(), EndOfFile);
  EXPECT_THROW(first.send(3), BrokenPipe);
  End again(open_only, name());
  EXPECT_EQ(first.try_recv(), std::nullopt);
  EXPECT_EQ(again.recv(), 2);
}

TEST_F(NamedPipeTest, WhatACreatorThatHasGoneSentIsDrainedBeforeTheEndOfTheFile) {
  End(create_only, name()).send(1);
  End second(open_only, name());
  EXPECT_EQ(second.recv(), 1);
  EXPECT_THROW(second.recv(), EndOfFile);
  EXPECT_THROW(second.send(1), BrokenPipe);
}

TEST_F(NamedPipeTest, RemovedItGoesOnForThoseThatHaveItAndANewOneIsAnother) {
  End first(create_only, name()), second(open_only, name());
  EXPECT_TRUE(remove(name()));
  End other(create_only, name());
  first.send(1);
  EXPECT_EQ(other.try_recv(), std::nullopt);
  EXPECT_EQ(second.recv(), 1);
}

TEST_F(NamedPipeTest, AnotherTypeAndACapacityThatDoesNotFitAreRefused) {
  const End first(create_only, name(), {.capacity = 8});
  EXPECT_THROW(Connection<long>(open_only, name()), Corrupted);
  EXPECT_THROW(Connection<std::string>(open_or_create, name()), Corrupted);
  for (const std::uint64_t capacity : {std::uint64_t{0}, std::uint64_t{64}, std::uint64_t{1} << 40,
                                       std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);  // behind the header
    file.write(reinterpret_cast<const char*>(&capacity), sizeof capacity);
    file.close();
    EXPECT_THROW(End(open_only, name()), Corrupted) << capacity;
  }
}

TEST_F(NamedPipeTest, TheStreamOfAnUnrelatedProcessArrivesWholeAndEndsWhenItCloses) {
  Connection<std::string> receiver(create_only, name(), kOneWay);
  UnrelatedProcess sender("send_all", name());
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(receiver.recv(), std::to_string(i));
  EXPECT_THROW(receiver.recv(), EndOfFile);
  EXPECT_EQ(sender.join(), 0);
}

TEST_F(NamedPipeTest, AnUnrelatedProcessGetsAllThatThisOneSendsAndThenTheEndOfTheFile) {
  End sender(create_only, name(), {.capacity = 16});
  UnrelatedProcess receiver("receive_all", name());
  for (int i = 0; i < kItems; ++i) sender.send(i);
  sender.close();
  EXPECT_EQ(receiver.join(), 0);
}

TEST_F(NamedPipeTest, OfManyThatOpenOrCreateAtOnceTwoGetAnEnd) {
  constexpr int kMany = 6;
  for (int round = 0; round < 30; ++round) {
    Barrier<Processes> start(kMany), end(kMany);
    Ledger<Processes> outcomes(2);
    Crew<Processes> crew;
    crew.start(kMany, [&](int) {
      start.wait();
      std::optional<End> mine;
      const auto error = error_of([&] { mine.emplace(open_or_create, name()); });
      if (mine || error == kBusy) outcomes[mine ? 1 : 0]++;
      end.wait();  // none lets go before all have tried
    });
    crew.join();
    ASSERT_EQ(outcomes[1], 2) << "round " << round;
    ASSERT_EQ(outcomes[0], kMany - 2) << "round " << round;
    ASSERT_TRUE(remove(name()));
  }
}

// What the unrelated processes do.
const Parts kParts = {
    {"send_all",
     [](const std::string& name) {
       Connection<std::string> sender(open_only, name);
       for (int i = 0; i < kItems; ++i) sender.send(std::to_string(i));
       return 0;
     }},
    {"receive_all",
     [](const std::string& name) {
       Connection<int> receiver(open_only, name);
       for (int i = 0; i < kItems; ++i) {
         if (receiver.recv() != i) return 1;
       }
       try {
         (void)receiver.recv();
       } catch (const EndOfFile&) {
         return 0;
       }
       return 2;
     }},
};

}  // namespace
}  // namespace gilfree::testing

int main(int argc, char** argv) {
  return gilfree::testing::test_or_play(argc, argv, gilfree::testing::kParts);
}
