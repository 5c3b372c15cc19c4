#include "gilfree/archive_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "gilfree/lifo_queue.h"
#include "gilfree/pipe.h"
#include "gilfree/pool.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

struct Route {
  std::string name;
  std::map<std::string, std::vector<double>> stops;

  template <typename Archive>
  void serialize(Archive& archive) {
    archive(name, stops);
  }
  bool operator==(const Route&) const = default;
  bool operator<(const Route& other) const { return name < other.name; }
};

// One that has both a Codec and a serialize.
struct Terse {
  std::string text;
  template <typename Archive>
  void serialize(Archive&) {
    throw std::logic_error("not asked for");
  }
};

Route longest() {
  Route route{.name = std::string(100'000, 'n'), .stops = {}};
  for (int i = 0; i < 100; ++i) {
    route.stops[std::to_string(i)] = std::vector<double>(static_cast<std::size_t>(i), i);
  }
  return route;
}

// As a linked list, one within the other.
struct Nested {
  std::unique_ptr<Nested> inner;
  template <typename Archive>
  void serialize(Archive& archive) {
    archive(inner);
  }
  static Nested of_depth(int depth) {
    Nested outer;
    for (; depth > 0; --depth) {
      auto inner = std::make_unique<Nested>(std::move(outer));
      outer.inner = std::move(inner);
    }
    return outer;
  }
};

template <typename T>
std::vector<std::byte> bytes_of(const T& item) {
  std::vector<std::byte> bytes(Codec<T>::size(item));
  Codec<T>::write(item, bytes.data());
  return bytes;
}

// The most that one call of operator new was asked for.
std::size_t most_allocated = 0;

}  // namespace
}  // namespace gilfree::testing

[[gnu::noinline]] void* operator new(std::size_t size) {
  gilfree::testing::most_allocated = std::max(gilfree::testing::most_allocated, size);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

template <>
struct gilfree::Codec<gilfree::testing::Terse> {
  static std::size_t size(const testing::Terse& item) { return item.text.size(); }
  static void write(const testing::Terse& item, std::byte* bytes) {
    std::memcpy(bytes, item.text.data(), item.text.size());
  }
  static testing::Terse read(const std::byte* bytes, std::size_t size) {
    return {std::string(reinterpret_cast<const char*>(bytes), size)};
  }
};

namespace gilfree::testing {
namespace {

class ArchiveCodecTest : public Watchdog {};

template <typename T>
void expect_to_arrive(const T& item) {
  Queue<T, Processes> queue(2);
  Crew<Processes> crew;
  crew.start(1, [&](int) { queue.put(item); });
  EXPECT_EQ(queue.get(), item);
  crew.join();
}

TEST_F(ArchiveCodecTest, ContainersOfAnythingTravelBetweenProcesses) {
  expect_to_arrive(std::vector<std::string>{"one", "", std::string(10'000, 'x')});
  expect_to_arrive(std::vector<std::vector<int>>{{1, 2}, {}, {3}});
  expect_to_arrive(std::vector<bool>{true, false, true});
  expect_to_arrive(std::pair<int, std::string>{3, "three"});
  expect_to_arrive(std::tuple<std::string, double, std::string>{"a", 0.5, "b"});
  expect_to_arrive(std::map<std::string, std::set<int>>{{"odd", {1, 3}}, {"none", {}}});
  expect_to_arrive(std::optional<std::string>{"here"});
  expect_to_arrive(std::optional<std::string>{});
  expect_to_arrive(std::variant<int, std::string>{"text"});
}

TEST_F(ArchiveCodecTest, SoDoesATypeThatNamesItsPartsHoweverLong) {
  expect_to_arrive(Route{"short", {{"stop", {1, 2}}}});
  expect_to_arrive(longest());
}

TEST_F(ArchiveCodecTest, WhatOneOwnsAloneTravelsByValue) {
  Queue<std::unique_ptr<std::string>, Processes> queue(2);
  queue.put(std::make_unique<std::string>("owned"));
  queue.put(nullptr);
  EXPECT_EQ(*queue.get(), "owned");
  EXPECT_EQ(queue.get(), nullptr);
}

TEST_F(ArchiveCodecTest, EveryQueueAndPipeAndPoolTakesIt) {
  const Route first{"a", {}}, second{"b", {{"x", {1}}}};
  LifoQueue<Route, Processes> stack(4);
  PriorityQueue<Route> heap(4);
  for (const auto& route : {second, first}) {
    stack.put(route);
    heap.put(route);
  }
  EXPECT_EQ(stack.get(), first);
  EXPECT_EQ(heap.get(), first);
  auto [here, there] = Pipe<Route, Processes>();
  here.send(second);
  EXPECT_EQ(there.recv(), second);
  Pool<Processes> pool(1);
  EXPECT_EQ(pool.apply(
                [](Route route) {
                  return Route{route.name + "!", route.stops};
                },
                second),
            (Route{"b!", second.stops}));
}

TEST_F(ArchiveCodecTest, ACodecOfOnesOwnComesFirst) {
  Queue<Terse, Processes> queue(2);
  queue.put({"brief"});
  EXPECT_EQ(queue.get().text, "brief");
}

// As a stranger may leave them under a name.
TEST_F(ArchiveCodecTest, BytesThatAreNoSuchItemAreRefused) {
  const auto whole = bytes_of(Route{"name", {{"stop", {1, 2}}}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(Codec<Route>::read(whole.data(), size), Corrupted) << size;
  }
  auto longer = whole;
  longer.push_back({});
  EXPECT_THROW(Codec<Route>::read(longer.data(), longer.size()), Corrupted);
  auto endless = whole;
  std::fill_n(endless.begin(), 8, std::byte{0xff});  // the length of its name
  EXPECT_THROW(Codec<Route>::read(endless.data(), endless.size()), Corrupted);
}

// Each eight bytes of an item in turn become a length that lies.
template <typename T>
void expect_lengths_to_be_checked(const T& item) {
  const auto whole = bytes_of(item);
  for (std::size_t at = 0; at + 8 <= whole.size(); ++at) {
    for (const std::uint64_t lie : {std::uint64_t{whole.size()}, std::uint64_t{1} << 20,
                                    std::uint64_t{1} << 33, ~std::uint64_t{0} >> 4}) {
      auto bytes = whole;
      std::memcpy(bytes.data() + at, &lie, sizeof lie);
      most_allocated = 0;
      try {
        (void)Codec<T>::read(bytes.data(), bytes.size());
      } catch (const Corrupted&) {
      }
      ASSERT_LT(most_allocated, 100 * bytes.size()) << "at " << at;
    }
  }
}

TEST_F(ArchiveCodecTest, ALengthThatLiesTakesNoMoreMemoryThanTheMessageAccountsFor) {
  expect_lengths_to_be_checked(Route{"name", {{"stop", {1, 2}}, {"other", {3}}}});
  expect_lengths_to_be_checked(std::vector<std::string>{"one", "two", "three"});
  expect_lengths_to_be_checked(std::vector<std::vector<double>>{{1, 2}, {}, {3}});
  expect_lengths_to_be_checked(std::pair{std::string("x"), std::unordered_map<int, int>{{1, 2}}});
}

TEST_F(ArchiveCodecTest, ElementsThatTakeNoBytesTravelWhateverTheirNumber) {
  using Empties = std::list<std::monostate>;
  expect_to_arrive(Empties(1000));
  expect_to_arrive(std::pair{std::string("text"), Empties(5000)});
  expect_to_arrive(std::vector<Empties>(3, Empties(100)));
}

TEST_F(ArchiveCodecTest, ATruthThatIsNeitherTrueNorFalseIsRefused) {
  auto bytes = bytes_of(std::pair{std::string("x"), true});
  bytes.back() = std::byte{2};
  EXPECT_THROW((Codec<std::pair<std::string, bool>>::read(bytes.data(), bytes.size())), Corrupted);
}

TEST_F(ArchiveCodecTest, ItemsWithinItemsTravelUpToADepthThatTheStackHolds) {
  constexpr int kDeep = 1'500;
  Queue<Nested, Processes> queue(2);
  queue.put(Nested::of_depth(kDeep));
  int depth = 0;
  const Nested got = queue.get();
  for (const Nested* at = &got; at->inner; at = at->inner.get()) ++depth;
  EXPECT_EQ(depth, kDeep);
  EXPECT_THROW(queue.put(Nested::of_depth(20'000)), std::length_error);
  EXPECT_TRUE(queue.empty());
  const std::vector<std::byte> endless(1'000'000, std::byte{1});
  EXPECT_THROW(Codec<Nested>::read(endless.data(), endless.size()), Corrupted);
}

}  // namespace
}  // namespace gilfree::testing
