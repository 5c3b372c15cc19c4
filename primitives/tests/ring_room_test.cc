// Producers that wait for room for messages of different lengths: a get wakes one of them, and another may be the
// one that can go on.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "gilfree/deadline.h"
#include "gilfree/detail/memory/mapping.h"
#include "gilfree/detail/queue/ring.h"
#include "gilfree/detail/queue/variable_slots.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// Between threads, where a sleeper that is not woken sleeps for ever: no heartbeat wakes it.
class RingRoomTest : public Watchdog {
 protected:
  using Store = detail::VariableSlots<std::string>;
  using Ring = detail::Ring<Store, Threads>;

  static constexpr std::size_t kTenth = Store::kUsual / 10;

  void write(std::size_t length) {
    ASSERT_TRUE(ring_.has_room(length));
    ring_.write(std::string(length, 'x'), length);
  }
  void wait_for_room(std::size_t length) {
    (void)ring_.await_room(
        length, detail::Waiters::kMany, kNever, [] { return false; }, [] { return false; });
  }

  std::shared_ptr<void> cells_ =
      detail::map_shared(detail::kNoFile, Store::kReserved, "a test", Store::kReserved);
  std::unique_ptr<Ring::State> state_ = std::make_unique<Ring::State>();
  Ring ring_{*state_, Store(8, static_cast<std::byte*>(cells_.get()))};
};

TEST_F(RingRoomTest, AWakeUpForWhichThereIsNoRoomIsPassedOnToOneForWhichThereIs) {
  for (const std::size_t tenths : {3, 3, 3}) write(tenths * kTenth);
  write(35 * kTenth / 10);  // beyond the usual bytes: the next ones begin at 0 again
  const std::size_t large = 4 * kTenth, small = 100;

  SleepWatch<Threads> watch(2);
  Crew<Threads> waits_longest, other;
  waits_longest.start(1, [&](int) {
    watch.will_sleep(0);
    wait_for_room(large);
  });
  watch.await(0);
  other.start(1, [&](int) {
    watch.will_sleep(1);
    wait_for_room(small);
  });
  watch.await(1);

  EXPECT_EQ(ring_.read<std::string>().size(), 3 * kTenth);
  other.join();  // the first waiter has no room yet
  EXPECT_FALSE(ring_.has_room(large));
  EXPECT_TRUE(ring_.has_room(small));
  EXPECT_EQ(ring_.read<std::string>().size(), 3 * kTenth);
  waits_longest.join();
}

}  // namespace
}  // namespace gilfree::testing
