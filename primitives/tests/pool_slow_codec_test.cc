// Pool between processes: code of the user's that stands still (the Codec of an argument or a result, a callback, an
// initializer) holds up those calls alone that need it. No other waits for it, and none beyond its timeout.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "gilfree/pool.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kOrdinary = 1, kSlow = 2, kFatal = 3;

// Its Codec stands still in the pool's process, or ends its thread there, for some numbers.
struct Parcel {
  Parcel(int value = kOrdinary) : number(value) {}       // NOLINT: implicit, for lists of them
  Parcel(const Parcel& other) : number(other.number) {}  // so that it travels by its Codec
  Parcel& operator=(const Parcel&) = default;

  int number;
};

struct Gate {
  std::atomic<bool> stands_still{false}, may_go_on{false};

  void stand_still() {
    stands_still = true;
    stands_still.notify_all();
    may_go_on.wait(false);
  }
  void await() const { stands_still.wait(false); }
  void open() {
    may_go_on = true;
    may_go_on.notify_all();
  }
};

struct Slowness {
  const pid_t process = ::getpid();
  std::atomic<Gate*> write{nullptr}, read{nullptr};  // where one stands still
  std::atomic<int> written{0};

  bool is_here() const { return ::getpid() == process; }
};
Slowness slowness;

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Parcel> {
  using Parcel = gilfree::testing::Parcel;
  static std::size_t size(const Parcel&) { return sizeof(int); }
  static void write(const Parcel& parcel, std::byte* bytes) {
    auto& slow = testing::slowness;
    std::memcpy(bytes, &parcel.number, sizeof(int));
    if (!slow.is_here()) return;
    ++slow.written;
    if (parcel.number == testing::kSlow && slow.write != nullptr) slow.write.load()->stand_still();
  }
  static Parcel read(const std::byte* bytes, std::size_t) {
    auto& slow = testing::slowness;
    Parcel parcel;
    std::memcpy(&parcel.number, bytes, sizeof(int));
    if (!slow.is_here()) return parcel;
    if (parcel.number == testing::kSlow && slow.read != nullptr) slow.read.load()->stand_still();
    if (parcel.number == testing::kFatal) ::pthread_exit(nullptr);
    return parcel;
  }
};

namespace gilfree::testing {
namespace {

int number_of(const Parcel& parcel) { return parcel.number; }
Parcel parcel_of(int number) { return {number}; }

auto waits_at(Queue<int, Processes>& gate) {
  return [&gate](int) { return gate.get(); };
}

class SlowCodecTest : public Watchdog {
 protected:
  void TearDown() override {
    slowness.write = slowness.read = nullptr;
    Watchdog::TearDown();
  }

  // What other threads may ask of the pool meanwhile. `pending` waits for the gate.
  void expect_calls_go_on() {
    EXPECT_FALSE(pending_.wait_for(20ms));
    EXPECT_FALSE(pending_.get_for(20ms));
    EXPECT_FALSE(pending_.ready());
    EXPECT_EQ(pool_.apply(square, 3), 9);
    EXPECT_EQ(pool_.apply(number_of, Parcel{4}), 4);
    EXPECT_EQ(pool_.apply(parcel_of, 5).number, 5);
    EXPECT_EQ(pool_.map(square, first_numbers(50)), squares(50));
    auto results = pool_.imap(waits_at(gate_), std::vector{1});
    EXPECT_THROW(results.next_for(20ms), TimeoutError);
    let_through(2);
    EXPECT_EQ(results.next(), 1);
    EXPECT_EQ(pending_.get(), 1);
  }

  void let_through(int calls) {
    for (int i = 0; i < calls; ++i) gate_.put(1);
  }

  Queue<int, Processes> gate_{8};
  Pool<Processes> pool_{3};
  AsyncResult<int> pending_ = pool_.apply_async(waits_at(gate_), 1);
  Gate slow_;
};

TEST_F(SlowCodecTest, BehindAnArgumentThatIsWrittenSlowlyNoCallWaits) {
  slowness.write = &slow_;
  std::thread caller([&] { EXPECT_EQ(pool_.apply(number_of, Parcel{kSlow}), kSlow); });
  slow_.await();
  expect_calls_go_on();
  slow_.open();
  caller.join();
}

TEST_F(SlowCodecTest, BehindAnInputOfAMapThatIsWrittenSlowlyNoCallWaits) {
  slowness.write = &slow_;
  const std::vector<Parcel> inputs{{1}, {kSlow}, {5}};
  std::thread caller([&] {
    EXPECT_EQ(pool_.map(number_of, inputs, 1), (std::vector{1, kSlow, 5}));
  });
  slow_.await();
  expect_calls_go_on();
  slow_.open();
  caller.join();
}

TEST_F(SlowCodecTest, BehindAResultThatIsReadSlowlyNoCallWaits) {
  slowness.read = &slow_;
  auto result = pool_.apply_async(parcel_of, kSlow);
  std::thread caller([&] { EXPECT_EQ(result.get().number, kSlow); });
  slow_.await();
  auto same = result;
  EXPECT_TRUE(same.wait_for(20ms));
  EXPECT_FALSE(same.get_for(20ms)) << "another decodes it";
  expect_calls_go_on();
  pool_.terminate();
  slow_.open();
  caller.join();
  EXPECT_EQ(same.get().number, kSlow);
  EXPECT_TRUE(same.successful());
}

// Any thread may collect the results of all calls; a result is decoded by the thread that wants it.
TEST_F(SlowCodecTest, AResultThatNoneWantsIsNotDecoded) {
  slowness.read = &slow_;
  auto result = pool_.apply_async(parcel_of, kSlow);
  while (!result.ready()) std::this_thread::yield();
  expect_calls_go_on();
  EXPECT_FALSE(slow_.stands_still);
}

TEST_F(SlowCodecTest, BehindACallbackThatStandsStillNoCallWaits) {
  auto result = pool_.apply_async({.callback = [&](int) { slow_.stand_still(); }}, square, 3);
  slow_.await();
  EXPECT_FALSE(result.wait_for(20ms));
  auto behind = pool_.apply_async({.callback = [](int) {}}, square, 4);
  EXPECT_FALSE(behind.get_for(20ms));
  expect_calls_go_on();
  slow_.open();
  EXPECT_EQ(result.get(), 9);
  EXPECT_EQ(behind.get(), 16);
}

TEST_F(SlowCodecTest, BehindAnInitializerThatStandsStillNoCallWaits) {
  Queue<int, Processes> begin(1);
  Pool<Processes> pool(2, {.initializer = [&] { (void)begin.get(); }});
  auto result = pool.apply_async(square, 3);
  EXPECT_FALSE(result.wait_for(20ms));
  EXPECT_FALSE(result.get_for(20ms));
  begin.put(1);  // one of the two
  EXPECT_EQ(result.get(), 9);
  EXPECT_EQ(pool.map(square, first_numbers(50)), squares(50));
  pool.terminate();
  pool.join();
}

TEST_F(SlowCodecTest, BehindAnInputThatIsSentSlowlyNextKeepsItsTimeout) {
  slowness.write = &slow_;
  constexpr int kInputs = 200, kSlowOne = 150;
  std::vector<Parcel> inputs(kInputs);
  inputs[kSlowOne] = kSlow;
  auto results = pool_.imap(number_of, inputs);
  let_through(1);
  std::thread joiner([&] {  // sends what is left
    pool_.close();
    pool_.join();
  });
  slow_.await();
  for (int i = 0; i < kSlowOne; ++i) EXPECT_EQ(results.next(), kOrdinary);
  EXPECT_THROW(results.next_for(20ms), TimeoutError);
  slow_.open();
  EXPECT_EQ(results.next(), kSlow);
  joiner.join();
  for (int i = kSlowOne + 1; i < kInputs; ++i) EXPECT_EQ(results.next(), kOrdinary);
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_F(SlowCodecTest, ATimedNextThatIsLateSendsOneChunk) {
  const std::vector<Parcel> inputs(2'000);
  const int before = slowness.written;
  auto results = pool_.imap(number_of, inputs);
  EXPECT_EQ(results.next(), kOrdinary);
  const int ahead = slowness.written - before;
  EXPECT_LT(ahead, 200);
  try {
    (void)results.next_for(0ms);
  } catch (const TimeoutError&) {
  }
  EXPECT_LE(slowness.written - before, ahead + 1);
}

TEST_F(SlowCodecTest, AResultThatEndsItsReadersThreadEndsThatAlone) {
  auto result = pool_.apply_async(parcel_of, kFatal);
  auto results = pool_.imap(parcel_of, std::vector{kFatal, 5});
  bool came_back = false;
  for (const auto& read : std::vector<std::function<void()>>{
           [&] { (void)result.get(); }, [&] { (void)result.get_for(1h); },
           [&] { (void)result.successful(); }, [&] { results.begin(); }}) {
    std::thread([&] {
      read();
      came_back = true;
    }).join();
  }
  EXPECT_FALSE(came_back);
  EXPECT_TRUE(result.ready());
  EXPECT_EQ(results.next()->number, 5);
  expect_calls_go_on();
}

}  // namespace
}  // namespace gilfree::testing
