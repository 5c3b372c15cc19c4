// Every type that can be moved goes through a queue or pipe between threads and comes out as it was.
#include <gtest/gtest.h>

#include <any>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gilfree/pipe.h"
#include "primitives/tests/support/queue_kinds.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

// Can be made from anything, and remembers whether it was made from a number.
struct Greedy {
  template <typename From>
  Greedy(From&& from) {  // NOLINT: implicit and unconstrained, that is the point
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<From>>) value = static_cast<int>(from);
  }
  Greedy(const Greedy&) = default;
  Greedy(Greedy&) = default;
  Greedy(Greedy&&) = default;
  Greedy& operator=(const Greedy&) = default;
  int value = -1;
};
struct Explicit {
  explicit Explicit(int number) : value(number) {}
  int value;
};
struct alignas(512) OverAligned {
  int value = 0;
  bool is_aligned() const {
    return reinterpret_cast<std::uintptr_t>(this) % alignof(OverAligned) == 0;
  }
};
// Both trivial, so that it is copied in pieces, and able to be made from anything.
struct LargeAndGreedy {
  LargeAndGreedy() = default;
  template <typename From>
  requires(!std::is_same_v<std::remove_cvref_t<From>, LargeAndGreedy>) explicit LargeAndGreedy(
      From&&)
      : bytes{} {}
  std::byte bytes[200'000];
};

// No order is needed, but PriorityQueue asks for one.
struct NeverBefore {
  template <typename T>
  bool operator()(const T&, const T&) const {
    return false;
  }
};
template <typename Kind, typename T>
struct UnorderedQueueOf {
  using type = QueueOf<Kind, T>;
};
template <typename S, typename T>
struct UnorderedQueueOf<Priority<S>, T> {
  using type = PriorityQueue<T, NeverBefore, S>;
};
template <typename Kind, typename T>
using Unordered = typename UnorderedQueueOf<Kind, T>::type;

// Sends three items through the queue, by each way there is, and gives each to `check`.
template <typename Kind, typename Make, typename Check>
void goes_through(Make make, Check check) {
  using T = decltype(make());
  Unordered<Kind, T> queue(4);
  const auto put = [&] {
    for (int i = 0; i < 3; ++i) queue.put(make());
  };
  put();
  check(queue.get());
  check(*queue.try_get());
  check(queue.get_many(4).at(0));
  if constexpr (std::is_copy_constructible_v<T>) {
    const std::vector<T> batch{make(), make()};
    queue.put_many(batch);
    check(queue.get());
    check(queue.get());
  }
  auto [one, other] = Pipe<T, typename Kind::scope>();
  for (int i = 0; i < 3; ++i) one.send(make());
  check(other.recv());
  check(*other.try_recv());
  check(other.recv_many(4).at(0));
}

template <typename Kind>
class ThreadItemsTest : public Watchdog {};
TYPED_TEST_SUITE(ThreadItemsTest, ThreadQueueKinds);

TYPED_TEST(ThreadItemsTest, AnAnyHoldsWhatItHeld) {
  goes_through<TypeParam>([] { return std::any(std::string("forty-two")); },
                          [](const std::any& item) {
                            const auto* text = std::any_cast<std::string>(&item);
                            ASSERT_NE(text, nullptr) << item.type().name();
                            EXPECT_EQ(*text, "forty-two");
                          });
}
TYPED_TEST(ThreadItemsTest, WhatCanBeMadeFromAnythingIsMadeFromItself) {
  goes_through<TypeParam>([] { return Greedy(7); },
                          [](const Greedy& item) { EXPECT_EQ(item.value, 7); });
}
TYPED_TEST(ThreadItemsTest, WhatHasNoDefaultAndNoImplicitConstructorTravels) {
  goes_through<TypeParam>([] { return Explicit(7); },
                          [](const Explicit& item) { EXPECT_EQ(item.value, 7); });
}
TYPED_TEST(ThreadItemsTest, WhatCanOnlyBeMovedTravels) {
  goes_through<TypeParam>([] { return std::make_unique<int>(7); },
                          [](const std::unique_ptr<int>& item) { EXPECT_EQ(*item, 7); });
}
TYPED_TEST(ThreadItemsTest, AnOptionalAndAnEmptyOneTravel) {
  goes_through<TypeParam>([] { return std::optional<std::string>("text"); },
                          [](const auto& item) { EXPECT_EQ(item, "text"); });
  goes_through<TypeParam>([] { return std::optional<int>(); },
                          [](const auto& item) { EXPECT_EQ(item, std::nullopt); });
}
TYPED_TEST(ThreadItemsTest, ABoolTravels) {
  goes_through<TypeParam>([] { return true; }, [](bool item) { EXPECT_TRUE(item); });
}

template <typename Kind>
class ItemsTest : public Watchdog {};
TYPED_TEST_SUITE(ItemsTest, QueueKinds);

TYPED_TEST(ItemsTest, AnOverAlignedItemIsAligned) {
  goes_through<TypeParam>([] { return OverAligned{.value = 7}; },
                          [](const OverAligned& item) {
                            EXPECT_TRUE(item.is_aligned());
                            EXPECT_EQ(item.value, 7);
                          });
}
TYPED_TEST(ItemsTest, ALargeItemTravelsWhole) {
  static const auto made = [] {
    auto item = std::make_unique<LargeAndGreedy>();
    for (std::size_t i = 0; i < sizeof item->bytes; ++i) item->bytes[i] = std::byte(i % 251);
    return item;
  }();
  goes_through<TypeParam>([] { return *made; },
                          [](const LargeAndGreedy& item) {
                            for (std::size_t i = 0; i < sizeof item.bytes; i += 97) {
                              ASSERT_EQ(item.bytes[i], std::byte(i % 251)) << i;
                            }
                          });
}

// Counts the objects of it that live.
struct Counted {
  static inline int alive = 0;
  explicit Counted(bool may = true) : may_move(may) { ++alive; }
  Counted(Counted&& other) : may_move(other.may_move) {  // NOLINT: may throw
    if (!may_move) throw std::runtime_error("move");
    ++alive;
  }
  Counted(const Counted& other) : may_move(other.may_move) { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  bool may_move;
};

TYPED_TEST(ThreadItemsTest, EachIsDestroyedOnceAlsoWhereAMoveThrows) {
  {
    Unordered<TypeParam, Counted> queue(4);
    const Counted stuck(false), free(true);
    for (int round = 0; round < 2; ++round) {
      queue.put(free);
      EXPECT_TRUE(queue.get().may_move);
    }
    queue.put(stuck);
    EXPECT_THROW((void)queue.get(), std::runtime_error);
    EXPECT_THROW((void)queue.try_get(), std::runtime_error);
    EXPECT_THROW((void)queue.get_many(2), std::runtime_error);
    EXPECT_EQ(Counted::alive, 3);
    EXPECT_EQ(queue.qsize(), 1u);
    const_cast<Counted&>(stuck).may_move = true;
    queue.put(stuck);
  }
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
}  // namespace gilfree::testing
