// What a contender does wrong while it is measured is in the row: checksum_ok is 0.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/pipe_vs_queue.h"
#include "scenarios/pool_tasks.h"
#include "scenarios/tests/support.h"

namespace scenarios::testing {
namespace {

using std::string;

// Of the 20th message that a process sends, unless it is the last one.
enum class Fault { kNone, kLost, kTwice, kTorn, kOlder };

template <Fault kFault>
class FaultyPipe {
 public:
  static constexpr Facts kFacts{.name = "faulty_pipe",
                                .label = "faulty pipe",
                                .family = "test",
                                .primitive = "pipe",
                                .wait = "block"};

  explicit FaultyPipe(std::size_t bytes) : bytes_(bytes), before_(bytes) {
    if (::pipe(ends_) != 0) throw std::runtime_error("no pipe");
  }
  ~FaultyPipe() { ::close(ends_[0]), ::close(ends_[1]); }
  FaultyPipe(const FaultyPipe&) = delete;
  FaultyPipe& operator=(const FaultyPipe&) = delete;

  void send(const std::byte* message) {
    std::vector<std::byte> sent(message, message + bytes_);
    std::uint64_t number = 0;
    std::memcpy(&number, message, sizeof number);
    if (++count_ == 20 && number != NumberedPayload::kLast) {
      if (kFault == Fault::kLost) return;
      if (kFault == Fault::kTwice) write(sent);
      if (kFault == Fault::kTorn) sent.back() = std::byte{0x55};
      if (kFault == Fault::kOlder) sent = before_;
    }
    write(sent);
    before_ = sent;
  }
  void receive(std::byte* message) {
    if (::read(ends_[0], message, bytes_) != static_cast<ssize_t>(bytes_)) {
      throw std::runtime_error("a short read");
    }
  }
  int depth() const { return 0; }

 private:
  void write(const std::vector<std::byte>& message) {
    if (::write(ends_[1], message.data(), bytes_) < 0) throw std::runtime_error("no write");
  }

  std::size_t bytes_;
  std::vector<std::byte> before_;
  int ends_[2];
  int count_ = 0;
};

// The row of a launch of 20 messages and more.
template <Fault kFault>
int checksum_of(const string& mode) {
  TestLaunch launch({{"mode", mode}, {"msg_bytes", 64}});
  launch.run().tally(0);
  mode == "throughput" ? measure_throughput<FaultyPipe<kFault>>(launch.run(), {-1, -1})
                       : measure_ping_pong<FaultyPipe<kFault>>(launch.run(), {-1, -1});
  EXPECT_GT(launch.columns().at("ops").get<int>(), 0);
  return launch.columns().at("checksum_ok").get<int>();
}

TEST(MeasuredChannelTest, AGoodOneIsVerified) {
  EXPECT_EQ(checksum_of<Fault::kNone>("throughput"), 1);
  EXPECT_EQ(checksum_of<Fault::kNone>("ping_pong"), 1);
}

TEST(MeasuredChannelTest, AStreamThatLosesRepeatsTearsOrSwapsAMessageIsNot) {
  EXPECT_EQ(checksum_of<Fault::kLost>("throughput"), 0);
  EXPECT_EQ(checksum_of<Fault::kTwice>("throughput"), 0);
  EXPECT_EQ(checksum_of<Fault::kTorn>("throughput"), 0);
  EXPECT_EQ(checksum_of<Fault::kOlder>("throughput"), 0);
}

TEST(MeasuredChannelTest, ATornOrOlderAnswerIsNot) {
  EXPECT_EQ(checksum_of<Fault::kTorn>("ping_pong"), 0);
  EXPECT_EQ(checksum_of<Fault::kOlder>("ping_pong"), 0);
}

enum class PoolFault { kNone, kLosesAResult, kWrongResult };

template <PoolFault kFault>
class FaultyPool {
 public:
  static constexpr Facts kFacts{.name = "faulty_pool",
                                .label = "faulty pool",
                                .family = "test",
                                .primitive = "pool",
                                .wait = "spin"};
  static constexpr PoolTraits kTraits{.fifty = true};

  explicit FaultyPool(int) {}
  void map(const Numbers& inputs, std::size_t, Numbers& outputs) {
    run_tasks(inputs, outputs, 0, inputs.size() - (kFault == PoolFault::kLosesAResult));
    if (kFault == PoolFault::kWrongResult) std::swap(outputs.front(), outputs.back());
  }
  int call(int x) { return task(x) + (kFault == PoolFault::kWrongResult); }
};

template <PoolFault kFault>
int checksum_of_pool(const string& way) {
  TestLaunch launch({{"way", way}});
  launch.run().tally(0);
  measure_pool<FaultyPool<kFault>>(launch.run(), 2);
  EXPECT_GT(launch.columns().at("ops").get<int>(), 0);
  return launch.columns().at("checksum_ok").get<int>();
}

TEST(MeasuredPoolTest, AGoodOneIsVerified) {
  for (const auto* way : {"one_by_one", "chunks", "round_trip", "fifty"}) {
    EXPECT_EQ(checksum_of_pool<PoolFault::kNone>(way), 1) << way;
  }
}

TEST(MeasuredPoolTest, OneThatLosesOrSwapsAResultOfAMapIsNot) {
  for (const auto* way : {"one_by_one", "chunks", "fifty"}) {
    EXPECT_EQ(checksum_of_pool<PoolFault::kLosesAResult>(way), 0) << way;
    EXPECT_EQ(checksum_of_pool<PoolFault::kWrongResult>(way), 0) << way;
  }
}

TEST(MeasuredPoolTest, OneThatReturnsAWrongResultOfACallIsNot) {
  EXPECT_EQ(checksum_of_pool<PoolFault::kWrongResult>("round_trip"), 0);
}

}  // namespace
}  // namespace scenarios::testing
