// Value and Array in both scopes: shared objects and their lock.
#include "gilfree/value.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <numeric>
#include <stdexcept>

#include "primitives/tests/support/another.h"
#include "primitives/tests/support/lockable.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

using namespace std::chrono_literals;

struct Point {
  double x = 0, y = 0;
};

struct alignas(64) Aligned {
  char bytes[64];
};

template <typename S>
class ValueTest : public Watchdog {};
TYPED_TEST_SUITE(ValueTest, BothScopes);

TYPED_TEST(ValueTest, BeginsWithWhatItIsGivenOrZero) {
  static_assert(StaysWhereItIs<Value<int, TypeParam>>);
  Value<long, TypeParam> number(42), zero;
  Value<Point, TypeParam> point({1.5, -2});
  EXPECT_EQ(number.value(), 42);
  EXPECT_EQ(zero.value(), 0);
  EXPECT_EQ(point.value().y, -2);
  const auto& constant = number;
  EXPECT_EQ(constant.value(), 42);
}

TYPED_TEST(ValueTest, IsOneAndTheSameForAllWorkers) {
  Value<Point, TypeParam> point;
  (void)ask_another<TypeParam>([&] {
    point.value().x = 7;
    return 0;
  });
  EXPECT_EQ(point.value().x, 7);
}

TYPED_TEST(ValueTest, CountsRightlyUnderItsLock) {
  constexpr int kWorkers = 4, kEach = 10'000;
  Value<long, TypeParam> counter(0);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int me) {
    for (int i = 0; i < kEach; ++i) {
      const std::scoped_lock hold(counter);
      if (me % 2 == 0) {
        ++counter.value();
      } else {
        const std::scoped_lock again(counter.get_lock());  // it is an RLock, as in Python
        counter.value() += 1;
      }
    }
  });
  crew.join();
  EXPECT_EQ(counter.value(), kWorkers * kEach);
}

TYPED_TEST(ValueTest, IsLockedByItsLockAndByItselfAlike) {
  static_assert(TimedLockable<Value<int, TypeParam>> && TimedLockable<Array<int, TypeParam>>);
  Value<int, TypeParam> value;
  const auto another_gets = [&] {
    return ask_another<TypeParam>([&] {
      return value.try_lock() || value.try_lock_for(1ms) || value.get_lock().try_lock() ||
             value.try_lock_until(Clock::now() + 1ms);
    });
  };
  {
    const std::scoped_lock hold(value);
    EXPECT_TRUE(value.get_lock().owned());
    EXPECT_FALSE(another_gets());
  }
  const std::scoped_lock hold(value.get_lock());
  EXPECT_FALSE(another_gets());
  EXPECT_EQ(
      ask_another<TypeParam>([&] { return static_cast<int>(error_of([&] { value.unlock(); })); }),
      static_cast<int>(std::errc::operation_not_permitted));
}

TYPED_TEST(ValueTest, LiesAsItsTypeDemands) {
  Value<Aligned, TypeParam> value;
  Array<Aligned, TypeParam> array(3);
  const auto address = [](const auto& object) { return reinterpret_cast<std::uintptr_t>(&object); };
  EXPECT_EQ(address(value.value()) % 64, 0u);
  EXPECT_EQ(address(array[1]) % 64, 0u);
  EXPECT_EQ(address(array[2]) - address(array[0]), 2 * sizeof(Aligned));
}

template <typename S>
class ArrayTest : public Watchdog {};
TYPED_TEST_SUITE(ArrayTest, BothScopes);

TYPED_TEST(ArrayTest, BeginsZeroedOrWithWhatItIsGiven) {
  static_assert(StaysWhereItIs<Array<int, TypeParam>>);
  Array<double, TypeParam> zeroed(1'000);
  EXPECT_EQ(zeroed.size(), 1'000u);
  EXPECT_FALSE(zeroed.empty());
  EXPECT_TRUE(std::all_of(zeroed.begin(), zeroed.end(), [](double x) { return x == 0; }));
  Array<int, TypeParam> given{3, 1, 2};
  EXPECT_EQ(given.size(), 3u);
  EXPECT_EQ(given[0], 3);
  EXPECT_EQ(given[2], 2);
}

TYPED_TEST(ArrayTest, IsARangeThatAlgorithmsWorkOn) {
  Array<int, TypeParam> array(100);
  std::iota(array.begin(), array.end(), 1);
  std::reverse(array.begin(), array.end());
  EXPECT_EQ(array[0], 100);
  int sum = 0;
  for (const int element : array) sum += element;
  EXPECT_EQ(sum, 5'050);
  const auto& constant = array;
  EXPECT_EQ(std::accumulate(constant.begin(), constant.end(), 0), 5'050);
}

TYPED_TEST(ArrayTest, WhatOneWorkerWritesTheOthersSee) {
  constexpr int kWorkers = 4;
  Array<long, TypeParam> array(kWorkers);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int me) { array[static_cast<std::size_t>(me)] = me + 1; });
  crew.join();
  EXPECT_EQ(std::accumulate(array.begin(), array.end(), 0L), 10);
}

TYPED_TEST(ArrayTest, HasNothingBeyondItsEnd) {
  Array<int, TypeParam> array(2), none(0);
  array.at(1) = 5;
  EXPECT_EQ(array[1], 5);
  EXPECT_THROW(array.at(2), std::out_of_range);
  EXPECT_THROW(array.at(SIZE_MAX), std::out_of_range);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_THROW(none.at(0), std::out_of_range);
}

TYPED_TEST(ArrayTest, MoreElementsThanThereIsMemoryAreRefused) {
  using Numbers = Array<long, TypeParam>;
  EXPECT_THROW(Numbers(SIZE_MAX), std::length_error);
  EXPECT_THROW(Numbers(SIZE_MAX / sizeof(long) + 2), std::length_error);
}

TYPED_TEST(ArrayTest, ItsLockGuardsAllOfIt) {
  constexpr int kWorkers = 4, kEach = 5'000;
  Array<long, TypeParam> pair(2);
  Ledger<TypeParam> torn(1);
  Crew<TypeParam> crew;
  crew.start(kWorkers, [&](int) {
    for (int i = 0; i < kEach; ++i) {
      const std::scoped_lock hold(pair);
      if (pair[0] != -pair[1]) torn[0]++;
      ++pair[0];
      --pair[1];
    }
  });
  crew.join();
  EXPECT_EQ(torn[0], 0);
  EXPECT_EQ(pair[0], kWorkers * kEach);
}

}  // namespace
}  // namespace gilfree::testing
