// What every channel of pipe_vs_queue promises beyond one size: messages of any size arrive intact, no more of them are on
// their way than its depth says, and a receiver waits for a message.
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/support/shared_object.h"
#include "scenarios/tests/payloads.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using SharedCount = SharedObject<std::atomic<std::int64_t>, WorkerKind::kProcesses>;

class ChannelPropertyTest : public ContenderTest<ChannelContender> {
 protected:
  static void send(AnyChannel& channel, std::size_t size, std::uint64_t first,
                   std::uint64_t count) {
    for (std::uint64_t number = first; number < first + count; ++number) {
      channel.send(payload_of(size, number).data());
    }
    channel.finish();
  }
  static void receive(AnyChannel& channel, std::size_t size, std::uint64_t first,
                      std::uint64_t count) {
    std::vector<std::byte> message(size);
    for (std::uint64_t number = first; number < first + count; ++number) {
      channel.receive(message.data());
      require(message == payload_of(size, number), "message " + std::to_string(number) + " of " +
                                                       std::to_string(size) + " bytes is intact");
    }
    channel.finish();
  }
  static void run(const std::vector<std::function<void()>>& bodies) {
    ASSERT_NO_THROW(run_workers(WorkerKind::kProcesses, bodies));
  }

  // Returns false if it has no messages of this size.
  bool carries(std::size_t size, std::uint64_t count) {
    std::unique_ptr<AnyChannel> channel;
    try {
      channel = contender().make(size);
    } catch (const harness::Skipped& skipped) {
      EXPECT_GT(std::string(skipped.what()).size(), 10u) << "a reason names what is missing";
      return false;
    }
    run({[&] { receive(*channel, size, 0, count); }, [&] { send(*channel, size, 0, count); }});
    return true;
  }
};

// Around the sizes at which copies, rings and the kernel's buffers change their way.
TEST_P(ChannelPropertyTest, MessagesOfEverySizeThatItHasArriveIntact) {
  unless_skipped([&] {
    contender().make(64);
    int carried = 0;
    for (const std::size_t size :
         {8,   9,    15,   16,   17,   31,   32,     33,     63,     64,     65,      127,    128,
          129, 1000, 1024, 4095, 4096, 4097, 16'384, 65'535, 65'536, 65'537, 131'072, 262'144}) {
      carried += carries(size, size < 5000 ? 60 : 12);
    }
    EXPECT_GE(carried, 5) << "64 bytes and a few others";
  });
}

TEST_P(ChannelPropertyTest, ARingOfLargeMessagesIsFilledAndEmptiedManyTimes) {
  unless_skipped([&] { carries(16 << 10, 600); });
}

TEST_P(ChannelPropertyTest, NoMoreMessagesAreOnTheirWayThanItsDepthSays) {
  if (contender().family == "zeromq")
    GTEST_SKIP() << "each end has its own bound, and the socket another";
  unless_skipped([&] {
    const auto channel = contender().make(1024);
    const auto depth = static_cast<std::int64_t>(channel->depth());
    if (depth == 0) throw harness::Skipped("its depth is not known before it is used");
    SharedCount sent{0};
    const std::int64_t count = depth + 300;
    const auto sender = [&] {
      for (std::int64_t number = 0; number < count; ++number) {
        channel->send(payload_of(1024, static_cast<std::uint64_t>(number)).data());
        ++*sent;
      }
      channel->finish();
    };
    const auto receiver = [&] {
      std::vector<std::byte> message(1024);
      while (*sent < depth) ::sched_yield();  // so many can be sent before any is received
      for (std::int64_t number = 0; number < count; ++number) {
        require(*sent <= number + depth + 1,
                "at most " + std::to_string(depth) + " are on their way");
        channel->receive(message.data());
        require(message == payload_of(1024, static_cast<std::uint64_t>(number)), "it is intact");
      }
      channel->finish();
    };
    run({receiver, sender});
  });
}

TEST_P(ChannelPropertyTest, AReceiverWaitsForItsMessage) {
  unless_skipped([&] {
    const auto there = contender().make(64), back = contender().make(64);
    SharedCount sent{0};
    constexpr std::int64_t kRounds = 200;
    const auto sender = [&] {
      std::vector<std::byte> answer(64);
      for (std::int64_t round = 0; round < kRounds; ++round) {
        ++*sent;
        there->send(payload_of(64, static_cast<std::uint64_t>(round)).data());
        back->receive(answer.data());
      }
      there->finish(), back->finish();
    };
    const auto receiver = [&] {
      std::vector<std::byte> message(64);
      for (std::int64_t round = 0; round < kRounds; ++round) {
        there->receive(message.data());
        require(*sent == round + 1,
                "a message arrives after it was sent, and none is sent before the answer");
        back->send(message.data());
      }
      there->finish(), back->finish();
    };
    run({receiver, sender});
  });
}

TEST_P(ChannelPropertyTest, TheMessageMayBeOverwrittenAsSoonAsItWasSent) {
  unless_skipped([&] {
    const auto channel = contender().make(4096);
    constexpr std::uint64_t kCount = 400;
    const auto sender = [&] {
      std::vector<std::byte> message(4096);
      for (std::uint64_t number = 0; number < kCount; ++number) {
        write_payload(message.data(), message.size(), number);
        channel->send(message.data());
        std::fill(message.begin(), message.end(), std::byte{0xee});
      }
      channel->finish();
    };
    run({[&] { receive(*channel, 4096, 0, kCount); }, sender});
  });
}

TEST_P(ChannelPropertyTest, ManyChannelsAtATimeKeepTheirMessagesApart) {
  unless_skipped([&] {
    std::vector<std::unique_ptr<AnyChannel>> channels;
    for (int i = 0; i < 6; ++i) channels.push_back(contender().make(64));
    const auto each = [&](auto body) {
      return [&channels, body] {
        for (std::size_t i = 0; i < channels.size(); ++i) body(*channels[i], 1000 * i);
      };
    };
    run({each([](AnyChannel& channel, std::uint64_t first) { receive(channel, 64, first, 5); }),
         each([](AnyChannel& channel, std::uint64_t first) { send(channel, 64, first, 5); })});
  });
}

INSTANTIATE_TEST_SUITE_P(All, ChannelPropertyTest, ::testing::ValuesIn(native<ChannelContender>()),
                         NameOf());

TEST(PayloadTest, EveryChangedByteIsNoticed) {
  const auto message = message_of_number<64>(12);
  EXPECT_TRUE(is_intact(message));
  for (std::size_t at = 0; at < 64; ++at) {
    auto changed = message;
    changed.payload[at] ^= std::byte{0x10};
    EXPECT_FALSE(is_intact(changed)) << at;
  }
}

TEST(PayloadTest, ThoseOfTwoNumbersDifferInMostBytes) {
  for (const std::size_t size : {9u, 64u, 1000u}) {
    const auto one = payload_of(size, 5), other = payload_of(size, 6);
    std::size_t same = 0;
    for (std::size_t at = 0; at < size; ++at) same += one[at] == other[at];
    EXPECT_LT(same, size / 10 + 8) << size;
  }
}

}  // namespace
}  // namespace scenarios::testing
