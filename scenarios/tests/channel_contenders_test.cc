// Every channel of pipe_vs_queue: each message arrives once, in order and whole.
#include <cstring>
#include <numeric>
#include <vector>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using Bytes = std::vector<std::byte>;

// A message in which each byte depends on its number and place.
Bytes message(std::size_t size, std::uint64_t number) {
  Bytes bytes(size);
  for (std::size_t at = 0; at < size; ++at) {
    bytes[at] = static_cast<std::byte>((number * 131 + at * 7 + (at >> 8)) & 0xff);
  }
  return bytes;
}

void send_numbered(AnyChannel& channel, std::size_t size, std::uint64_t count) {
  for (std::uint64_t number = 0; number < count; ++number) {
    channel.send(message(size, number).data());
  }
  channel.finish();
}

void receive_numbered(AnyChannel& channel, std::size_t size, std::uint64_t count) {
  Bytes received(size);
  for (std::uint64_t number = 0; number < count; ++number) {
    channel.receive(received.data());
    require(received == message(size, number), "message " + std::to_string(number) + " is whole");
  }
  channel.finish();
}

class ChannelTest : public ContenderTest<ChannelContender> {
 protected:
  void expect_passes(std::size_t size, std::uint64_t count) {
    unless_skipped([&] {
      const auto channel = contender().make(size);
      EXPECT_NO_THROW(
          run_workers(WorkerKind::kProcesses, {[&] { receive_numbered(*channel, size, count); },
                                               [&] { send_numbered(*channel, size, count); }}));
    });
  }
  TestLaunch launch(const std::string& mode, std::int64_t bytes) {
    return TestLaunch({{"contender", contender().name},
                       {"msg_bytes", bytes},
                       {"mode", mode},
                       {"wait", contender().variant}});
  }
};

TEST_P(ChannelTest, EveryMessageArrivesOnceInOrderAndWhole) { expect_passes(64, 5000); }

TEST_P(ChannelTest, TheSmallestMessageArrives) { expect_passes(8, 3000); }

TEST_P(ChannelTest, AMessageOfManyPagesArrivesWhole) { expect_passes(64 << 10, 50); }

TEST_P(ChannelTest, AMessageOfAMegabyteArrivesWholeOrIsSkippedWithAReason) {
  expect_passes(1 << 20, 5);
}

TEST_P(ChannelTest, ASizeThatIsNoPowerOfTwoArrivesOrIsSkippedWithAReason) {
  expect_passes(100, 100);
}

TEST_P(ChannelTest, WhatItsDepthSaysCanBeSentBeforeAnyIsReceived) {
  if (contender().name == "zeromq_ipc") GTEST_SKIP() << "its sender waits for a receiver to end";
  unless_skipped([&] {
    const auto channel = contender().make(64);
    const auto depth = static_cast<std::uint64_t>(channel->depth());
    const auto send = [&] { send_numbered(*channel, 64, depth); };
    const auto receive = [&] { receive_numbered(*channel, 64, depth); };
    EXPECT_NO_THROW(run_workers(WorkerKind::kProcesses, {send}));
    EXPECT_NO_THROW(run_workers(WorkerKind::kProcesses, {receive}));
  });
}

TEST_P(ChannelTest, TwoChannelsDoNotMix) {
  unless_skipped([&] {
    const auto there = contender().make(64), back = contender().make(64);
    constexpr std::uint64_t kRounds = 300;
    const auto client = [&] {
      Bytes answer(64);
      for (std::uint64_t number = 0; number < kRounds; ++number) {
        there->send(message(64, number).data());
        back->receive(answer.data());
        require(answer == message(64, number + 1000), "the answer is that of the server");
      }
      there->finish();
      back->finish();
    };
    const auto server = [&] {
      Bytes question(64);
      for (std::uint64_t number = 0; number < kRounds; ++number) {
        there->receive(question.data());
        require(question == message(64, number), "the question is that of the client");
        back->send(message(64, number + 1000).data());
      }
      there->finish();
      back->finish();
    };
    EXPECT_NO_THROW(run_workers(WorkerKind::kProcesses, {server, client}));
  });
}

TEST_P(ChannelTest, ThroughputIsMeasured) {
  unless_skipped([&] {
    auto measured = launch("throughput", 64);
    contender().measure(measured.run(), {-1, -1});
    measured.expect_measured();
    // Once all have ended: the columns are read one after the other while messages arrive.
    const harness::Tally& tally = measured.run().tally(0);
    EXPECT_GT(tally.ops, 0u);
    EXPECT_EQ(tally.bytes, 64 * tally.ops);
    EXPECT_TRUE(measured.facts().contains("queue_depth"));
  });
}

TEST_P(ChannelTest, RoundTripsAreMeasured) {
  unless_skipped([&] {
    auto measured = launch("ping_pong", 64);
    contender().measure(measured.run(), {-1, -1});
    measured.expect_measured();
    EXPECT_TRUE(measured.has_latencies());
  });
}

INSTANTIATE_TEST_SUITE_P(All, ChannelTest, ::testing::ValuesIn(native<ChannelContender>()),
                         NameOf());

// A channel that swaps two messages, and one that changes a byte, must not pass for good ones.
struct InMemory {
  static constexpr Facts kFacts{.name = "in_memory",
                                .label = "in memory",
                                .family = "test",
                                .primitive = "none",
                                .wait = "spin"};
  explicit InMemory(std::size_t size) : bytes(size) {}
  void send(const std::byte* message) {
    queue.emplace_back(message, message + bytes);
    if (queue.size() == 100) spoil();
  }
  void receive(std::byte* message) {
    std::memcpy(message, queue.front().data(), bytes);
    queue.erase(queue.begin());
  }
  int depth() const { return 0; }
  void spoil() {
    if (swaps) std::swap(queue[10], queue[11]);
    if (changes) queue[10][20] ^= std::byte{1};
  }

  std::size_t bytes;
  std::vector<Bytes> queue;
  bool swaps = false, changes = false;
};

class FaultyChannelTest : public ::testing::Test {
 protected:
  std::string fault_of(bool swaps, bool changes) {
    ErasedInMemory channel(64);
    channel.inner.swaps = swaps;
    channel.inner.changes = changes;
    send_numbered(channel, 64, 100);
    try {
      receive_numbered(channel, 64, 100);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }

 private:
  struct ErasedInMemory : AnyChannel {
    explicit ErasedInMemory(std::size_t size) : inner(size) {}
    void send(const std::byte* bytes) override { inner.send(bytes); }
    void receive(std::byte* bytes) override { inner.receive(bytes); }
    int depth() const override { return 0; }
    void finish() override {}
    InMemory inner;
  };
};

TEST_F(FaultyChannelTest, TheTestsNoticeAMessageOutOfOrder) {
  EXPECT_EQ(fault_of(false, false), "");
  EXPECT_EQ(fault_of(true, false), "not so: message 10 is whole");
}

TEST_F(FaultyChannelTest, TheTestsNoticeAChangedByte) {
  EXPECT_EQ(fault_of(false, true), "not so: message 10 is whole");
}

TEST(UsualDepthTest, HoldsAboutFourMegabytesButAtLeastEightAndAtMost1024) {
  EXPECT_EQ(usual_depth(8), 1024u);
  EXPECT_EQ(usual_depth(4096), 1024u);
  EXPECT_EQ(usual_depth(8192), 512u);
  EXPECT_EQ(usual_depth(64 << 10), 64u);
  EXPECT_EQ(usual_depth(1 << 20), 8u);
}

}  // namespace
}  // namespace scenarios::testing
