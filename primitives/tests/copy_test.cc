// Copies of any size, between any two places within a page: every byte, and none beside them.
#include "gilfree/detail/base/copy.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "gilfree/codec.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::byte kAround{0xee};

std::byte byte_at(std::size_t place) { return std::byte(place * 131 % 251); }

// Two places whose addresses differ by `above` within a page.
struct Places {
  Places(std::size_t size, std::size_t above) : memory(2 * (size + 4 * kPage), kAround) {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
    from = memory.data() + (kPage - begin % kPage) + kPage / 2;
    to = from + (size + 2 * kPage) / kPage * kPage + above;
    for (std::size_t at = 0; at < size; ++at) from[at] = byte_at(at);
  }

  std::vector<std::byte> memory;
  std::byte *from, *to;
};

TEST(CopyTest, EveryByteArrivesAndNoneBesideThem) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, detail::kLong - 1, detail::kLong,
                                 detail::kLong + 1, detail::kLong + 63, std::size_t{5000},
                                 detail::kPiece, detail::kPiece + 1, 3 * detail::kPiece + 7}) {
    for (std::size_t above = 0; above < 70; ++above) {
      Places places(size, above);
      detail::copy_bytes(places.to, places.from, size);
      for (std::size_t at = 0; at < size; ++at)
        ASSERT_EQ(places.to[at], byte_at(at)) << size << " bytes, " << above << " above, at " << at;
      ASSERT_EQ(*(places.to - 1), kAround) << size << " bytes, " << above << " above";
      ASSERT_EQ(places.to[size], kAround) << size << " bytes, " << above << " above";
    }
  }
}

TEST(CopyTest, ACopyIsMadeDownwardsWhereUpwardsIsSlow) {
  std::vector<std::byte> memory(3 * kPage);
  const std::byte* from = memory.data();
  std::vector<std::size_t> found;
  for (std::size_t above = 0; above < kPage; ++above) {
    if (detail::lies_just_above(from + kPage + above, from)) found.push_back(above);
  }
#if defined(__x86_64__)
  ASSERT_EQ(found.size(), 31u);
  EXPECT_EQ(found.front(), 1u);
  EXPECT_EQ(found.back(), 31u);
#else
  EXPECT_TRUE(found.empty());
#endif
}

TEST(CopyTest, StringsOfEachLengthAreReadFromEachPlace) {
  for (const std::size_t size :
       {detail::kLong - 1, detail::kLong, std::size_t{20000}, detail::kPiece + 5}) {
    for (std::size_t above = 0; above < kPage; above += 8) {
      Places places(size, above);
      detail::copy_bytes(places.to, places.from, size);
      const auto read = Codec<std::string>::read(places.to, size);
      ASSERT_EQ(read.size(), size);
      ASSERT_EQ(0, std::memcmp(read.data(), places.from, size)) << size << " bytes, " << above;
    }
  }
}

template <typename S>
class LongItemTest : public Watchdog {};
TYPED_TEST_SUITE(LongItemTest, BothScopes);

struct Block {
  unsigned char bytes[3 * kPage];
};

TYPED_TEST(LongItemTest, AnItemOfManyPagesArrivesWhole) {
  Queue<Block, TypeParam> queue(5);
  Block sent;
  for (int round = 0; round < 23; ++round) {
    for (std::size_t at = 0; at < sizeof sent.bytes; ++at)
      sent.bytes[at] = static_cast<unsigned char>(at * 7 + static_cast<unsigned>(round));
    queue.put(sent);
    const Block got = queue.get();
    ASSERT_EQ(0, std::memcmp(&got, &sent, sizeof sent)) << round;
  }
}

}  // namespace
}  // namespace gilfree::testing
