// What a kill -9 of the sender between two messages leaves of a channel, as scenarios/README.md lists it: what was sent is
// there, and another process may go on.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/tests/payloads.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

class ChannelKillTest : public ::testing::TestWithParam<const char*> {};

void send_and_die(AnyChannel& channel, std::uint64_t count) {
  const pid_t sender = ::fork();
  if (sender == 0) {
    for (std::uint64_t number = 0; number < count; ++number) {
      channel.send(payload_of(64, number).data());
    }
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(sender, &status, 0), sender);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_P(ChannelKillTest, AnotherSenderGoesOnBehindWhatTheKilledOneHasSent) {
  const auto* contender =
      Roster<ChannelContender>::find(GetParam(), WorkerKind::kProcesses, kNativeWait);
  ASSERT_NE(contender, nullptr);
  const auto channel = contender->make(64);
  send_and_die(*channel, 3);
  channel->send(payload_of(64, 3).data());
  std::vector<std::byte> message(64);
  for (std::uint64_t number = 0; number < 4; ++number) {
    channel->receive(message.data());
    EXPECT_EQ(message, payload_of(64, number));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChannelKillTest,
                         ::testing::Values("pipe", "queue", "pipe2", "fifo", "socketpair_stream",
                                           "socketpair_seqpacket", "tcp_loopback", "posix_mq",
                                           "boost_spsc_ring", "spsc_ring"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace scenarios::testing
