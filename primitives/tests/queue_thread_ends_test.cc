// An item whose copy, move or Codec ends the thread that puts or gets it (pthread_exit, pthread_cancel), alone and
// in the middle of a batch: those before it have gone in or out, the locks are free, and no other thread or
// process waits for ever because of it.
#include <gtest/gtest.h>
#include <pthread.h>

#include <cstring>
#include <functional>
#include <thread>
#include <type_traits>
#include <vector>

#include "gilfree/pipe.h"
#include "gilfree/simple_queue.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr int kEndsGoingIn = -1, kEndsComingOut = 13;

// Ends its thread between threads when it is copied into a queue or moved out of it, and between processes
// when its Codec writes or reads it.
struct Fatal {
  int number;

  explicit Fatal(int value) : number(value) {}
  Fatal(const Fatal& other) : number(other.number) {
    if (number == kEndsGoingIn) ::pthread_exit(nullptr);
  }
  Fatal(Fatal&& other) : number(other.number) {  // NOLINT: unwinds, that is the point
    if (number == kEndsComingOut) ::pthread_exit(nullptr);
  }
  Fatal& operator=(const Fatal&) = default;
  bool operator<(const Fatal& other) const { return number < other.number; }
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Fatal> {
  using Item = testing::Fatal;
  static std::size_t size(const Item&) { return sizeof(int); }
  static void write(const Item& item, std::byte* bytes) {
    if (item.number == testing::kEndsGoingIn) ::pthread_exit(nullptr);
    std::memcpy(bytes, &item.number, sizeof(int));
  }
  static Item read(const std::byte* bytes, std::size_t) {
    int number;
    std::memcpy(&number, bytes, sizeof number);
    if (number == testing::kEndsComingOut) ::pthread_exit(nullptr);
    return Item(number);
  }
};

namespace gilfree::testing {
namespace {

std::vector<Fatal> fatal_items(const std::vector<int>& numbers) {
  std::vector<Fatal> items;
  items.reserve(numbers.size());  // so that it never moves them
  for (const int number : numbers) items.emplace_back(number);
  return items;
}

// Runs `call` in a thread that it ends: true if it did not return.
bool ends_its_thread(const std::function<void()>& call) {
  bool returned = false;
  std::thread([&] {
    call();
    returned = true;
  }).join();
  return !returned;
}

// In the order in which they are to leave the queue.
template <typename Kind, typename Queue>
void put_to_leave_as(Queue& queue, std::vector<int> numbers) {
  if constexpr (std::is_same_v<Kind, Lifo<Threads>> || std::is_same_v<Kind, Lifo<Processes>>) {
    numbers = {numbers.rbegin(), numbers.rend()};
  }
  for (const Fatal& item : fatal_items(numbers)) queue.put(item);
}

// Between processes a PriorityQueue reads an item for each comparison, so it cannot put one that ends the
// thread when it is read.
template <typename Kind>
inline constexpr bool kReadsInPut = std::is_same_v<Kind, Priority<Processes>>;

template <typename Kind>
class QueueThreadEndsTest : public Watchdog {};
TYPED_TEST_SUITE(QueueThreadEndsTest, QueueKinds);

TYPED_TEST(QueueThreadEndsTest, AnItemThatEndsItsThreadChangesNothing) {
  QueueOf<TypeParam, Fatal> queue(4);
  const auto in = fatal_items({kEndsGoingIn});
  EXPECT_TRUE(ends_its_thread([&] { queue.put(in[0]); }));
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.try_put(in[0]); }));
  EXPECT_EQ(queue.qsize(), 0u);
  if (kReadsInPut<TypeParam>) return;
  put_to_leave_as<TypeParam>(queue, {kEndsComingOut, 14});
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.get(); }));
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.try_get(); }));
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.get_many(2); }));
  EXPECT_EQ(queue.qsize(), 2u);
  put_to_leave_as<TypeParam>(queue, {15});
  EXPECT_EQ(queue.qsize(), 3u);
}

TYPED_TEST(QueueThreadEndsTest, APutManyThatEndsItsThreadWakesTheGettersOfThoseBefore) {
  using S = typename TypeParam::scope;
  QueueOf<TypeParam, Fatal> queue(8);
  Ledger<S> got(1);
  SleepWatch<S> asleep(2);
  Crew<S> crew;
  crew.start(2, [&](int me) {
    asleep.will_sleep(me);
    got[0] += queue.get().number;
  });
  asleep.await_all();
  const auto items = fatal_items({1, 2, kEndsGoingIn, 3});
  EXPECT_TRUE(ends_its_thread([&] { queue.put_many(items); }));
  crew.join();
  EXPECT_EQ(got[0], 3);
  EXPECT_EQ(queue.qsize(), 0u);
}

TYPED_TEST(QueueThreadEndsTest, AGetManyThatEndsItsThreadTakesThoseBeforeAndWakesAPutter) {
  using S = typename TypeParam::scope;
  if (kReadsInPut<TypeParam>) GTEST_SKIP();
  QueueOf<TypeParam, Fatal> queue(4);
  put_to_leave_as<TypeParam>(queue, {1, 2, kEndsComingOut, 14});
  SleepWatch<S> asleep(2);
  Crew<S> crew;
  crew.start(2, [&](int me) {
    const auto item = fatal_items({20 + me});
    asleep.will_sleep(me);
    queue.put(item[0]);
  });
  asleep.await_all();
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.get_many(8); }));
  crew.join();
  EXPECT_EQ(queue.qsize(), 4u) << "1 and 2 are out, two others in";
}

template <typename S>
class PipeThreadEndsTest : public Watchdog {};
TYPED_TEST_SUITE(PipeThreadEndsTest, BothScopes);

TYPED_TEST(PipeThreadEndsTest, ARecvManyThatEndsItsThreadTakesThoseBefore) {
  auto [one, other] = Pipe<Fatal, TypeParam>({.capacity = 8});
  const auto call = [&, &here = one, &there = other](const auto& use) {
    return ends_its_thread([&] { use(here, there); });
  };
  const auto in = fatal_items({1, 2, kEndsGoingIn, 3}), out = fatal_items({kEndsComingOut, 5});
  EXPECT_TRUE(call([&](auto& here, auto&) { here.send_many(in); }));
  EXPECT_TRUE(call([&](auto& here, auto&) { here.send(in[2]); }));
  one.send_many(out);
  EXPECT_TRUE(call([&](auto&, auto& there) { (void)there.recv_many(8); }));
  EXPECT_TRUE(call([&](auto&, auto& there) { (void)there.recv(); }));
  EXPECT_TRUE(call([&](auto&, auto& there) { (void)there.try_recv(); }));
  EXPECT_TRUE(other.poll());
}

class SimpleQueueThreadEndsTest : public Watchdog {};

TEST_F(SimpleQueueThreadEndsTest, TheSameHoldsForAQueueWithoutALimit) {
  SimpleQueue<Fatal> queue;
  const auto in = fatal_items({1, 2, kEndsGoingIn, 3}), out = fatal_items({kEndsComingOut, 5});
  EXPECT_TRUE(ends_its_thread([&] { queue.put_many(in); }));
  EXPECT_EQ(queue.qsize(), 2u);
  queue.put_many(out);
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.get_many(8); }));
  EXPECT_EQ(queue.qsize(), 2u) << "1 and 2 are out";
  EXPECT_TRUE(ends_its_thread([&] { (void)queue.get(); }));
  EXPECT_EQ(queue.qsize(), 2u);
}

}  // namespace
}  // namespace gilfree::testing
