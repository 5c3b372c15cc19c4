#include "gilfree/detail/pool/record_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace gilfree::detail {
namespace {

class RecordRingTest : public ::testing::Test {
 protected:
  // Writes a record full of `mark`; returns how far from the first one it lies.
  std::size_t write(std::size_t length, int mark) {
    std::byte* const record = ring_->begin(length);
    EXPECT_NE(record, nullptr);
    std::memset(record, mark, length);
    ring_->commit();
    if (first_ == nullptr) first_ = record;
    return static_cast<std::size_t>(record - first_);
  }
  void expect_next(std::size_t length, int mark) {
    const auto record = ring_->front();
    ASSERT_TRUE(record.has_value());
    ASSERT_EQ(record->size(), length);
    for (const std::byte byte : *record) ASSERT_EQ(byte, static_cast<std::byte>(mark));
    ring_->pop();
  }

  std::shared_ptr<RecordRing> ring_ = RecordRing::make();

 private:
  const std::byte* first_ = nullptr;
};

// A ring that moved on and on would use all of its 4 GiB of addresses, and a page fault for each page.
TEST_F(RecordRingTest, StaysInItsFirstBytesWhileTheReaderKeepsUp) {
  constexpr std::size_t kLength = 50'000, kBehind = 4;
  for (int mark = 0; mark < 1000; ++mark) {
    ASSERT_LE(write(kLength, mark % 100) + kLength, RecordRing::kUsual) << "record " << mark;
    if (mark >= static_cast<int>(kBehind)) {
      expect_next(kLength, (mark - static_cast<int>(kBehind)) % 100);
    }
  }
}

TEST_F(RecordRingTest, ReturnsToItsFirstBytesOnceTheReaderHasCaughtUp) {
  constexpr std::size_t kLength = 100'000;
  std::size_t furthest = 0;
  for (int mark = 0; mark < 20; ++mark) furthest = std::max(furthest, write(kLength, mark));
  EXPECT_GT(furthest, RecordRing::kUsual) << "the reader has taken nothing";
  for (int mark = 0; mark < 20; ++mark) expect_next(kLength, mark);
  EXPECT_LT(write(kLength, 1), RecordRing::kUsual);
  expect_next(kLength, 1);
}

TEST_F(RecordRingTest, CountsWhatIsInside) {
  EXPECT_TRUE(ring_->is_empty());
  for (int mark = 0; mark < 3; ++mark) write(8, mark);
  EXPECT_EQ(ring_->size(), 3u);
  expect_next(8, 0);
  EXPECT_EQ(ring_->size(), 2u);
}

TEST_F(RecordRingTest, RefusesARecordOfMoreThanAGibibyte) {
  EXPECT_THROW((void)ring_->begin(RecordRing::kLongest), std::length_error);
}

}  // namespace
}  // namespace gilfree::detail
