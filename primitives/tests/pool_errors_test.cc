// Pool: calls that throw, and what cannot be read on the way to a worker or back.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gilfree/pool.h"
#include "primitives/tests/support/pool_calls.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// Arrives, unless it is broken.
struct Fragile {
  static constexpr int kBroken = -1;
  int number = 0;
  Fragile(int of = 0) : number(of) {}
  Fragile(const Fragile& from) : number(from.number) {}
  Fragile& operator=(const Fragile&) = default;
};

}  // namespace
}  // namespace gilfree::testing

template <>
struct gilfree::Codec<gilfree::testing::Fragile> {
  using Fragile = gilfree::testing::Fragile;
  static std::size_t size(const Fragile&) { return sizeof(int); }
  static void write(const Fragile& item, std::byte* bytes) {
    std::memcpy(bytes, &item.number, sizeof(int));
  }
  static Fragile read(const std::byte* bytes, std::size_t) {
    Fragile item;
    std::memcpy(&item.number, bytes, sizeof(int));
    if (item.number == Fragile::kBroken) throw std::runtime_error("broken on the way");
    return item;
  }
};

namespace gilfree::testing {
namespace {

template <typename S>
class PoolErrorsTest : public Watchdog {};
TYPED_TEST_SUITE(PoolErrorsTest, BothScopes);
class ProcessPoolErrorsTest : public Watchdog {};

TYPED_TEST(PoolErrorsTest, AnExceptionArrivesWithItsTypeAndText) {
  Pool<TypeParam> pool(2);
  auto failed =
      pool.apply_async([](int x) -> int { throw std::out_of_range("no " + std::to_string(x)); }, 3);
  failed.wait();
  EXPECT_FALSE(failed.successful());
  try {
    failed.get();
    FAIL() << "nothing thrown";
  } catch (const RemoteError& error) {
    EXPECT_EQ(error.type(), "std::out_of_range");
    EXPECT_EQ(error.text(), "no 3");
    EXPECT_STREQ(error.what(), "std::out_of_range: no 3");
  }
  EXPECT_THROW(pool.apply([] { throw 7; }), RemoteError);
  EXPECT_EQ(pool.apply(square, 2), 4) << "the worker goes on";
}

TYPED_TEST(PoolErrorsTest, AMapThrowsWhatAnInputBecameAndImapGoesOnBehindIt) {
  Pool<TypeParam> pool(2);
  const auto odd_only = [](int x) {
    if (x % 2 == 0) throw std::invalid_argument(std::to_string(x));
    return x;
  };
  EXPECT_THROW(pool.map(odd_only, first_numbers(10)), RemoteError);
  auto results = pool.imap(odd_only, first_numbers(6), 4);
  for (int x = 0; x < 6; ++x) {
    if (x % 2 == 0) {
      EXPECT_THROW(results.next(), RemoteError);
    } else {
      EXPECT_EQ(results.next(), x);
    }
  }
  EXPECT_EQ(results.next(), std::nullopt);
}

TEST_F(ProcessPoolErrorsTest, AnArgumentThatCannotBeReadFailsItsOwnCallAlone) {
  Pool<Processes> pool(1);
  const std::vector<std::pair<Fragile, std::string>> rows{
      {{1}, "one"}, {{Fragile::kBroken}, "two"}, {{3}, "three"}};
  auto results = pool.imap(
      [](const auto& row) { return std::to_string(row.first.number) + row.second; }, rows, 3);
  EXPECT_EQ(results.next(), "1one");
  EXPECT_THROW(results.next(), RemoteError);
  EXPECT_EQ(results.next(), "3three");
  EXPECT_THROW(pool.apply([](const Fragile&) {}, Fragile{Fragile::kBroken}), RemoteError);
}

TEST_F(ProcessPoolErrorsTest, AResultThatCannotBeReadFailsItsOwnCallAlone) {
  Pool<Processes> pool(1);
  auto results =
      pool.imap([](int x) { return Fragile{x}; }, std::vector<int>{1, Fragile::kBroken, 3}, 3);
  EXPECT_EQ(results.next()->number, 1);
  EXPECT_THROW(results.next(), std::runtime_error);
  EXPECT_EQ(results.next()->number, 3);
}

TEST(ThreadPoolErrorsTest, TheExceptionItselfIsNestedInTheRemoteError) {
  Pool<Threads> pool(1);
  try {
    pool.apply([] { throw std::out_of_range("far"); });
    FAIL() << "nothing thrown";
  } catch (const RemoteError& error) {
    EXPECT_THROW(std::rethrow_if_nested(error), std::out_of_range);
  }
}

}  // namespace
}  // namespace gilfree::testing
