// Queues by name: what an unrelated process finds, and what it refuses.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>

#include "gilfree/lifo_queue.h"
#include "gilfree/named.h"
#include "gilfree/priority_queue.h"
#include "gilfree/queue.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

class NamedQueueTest : public Watchdog {
 protected:
  NamedQueueTest() : name_("gilfree-test-" + std::to_string(::getpid())) { remove(name_); }
  ~NamedQueueTest() override { remove(name_); }

  // The file as a malicious peer may treat it.
  static constexpr std::size_t kHeaderBytes = 4096;
  void overwrite(std::size_t at, std::uint64_t value) const {
    std::fstream file("/dev/shm/" + name_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::size_t offset_of(const std::string& text) const {
    std::ifstream file("/dev/shm/" + name_, std::ios::binary);
    std::string start(1 << 16, 0);
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    return start.find(text);
  }

  // It is the first word of each queue.
  template <typename Q>
  void expect_capacity_kept() const {
    Q queue(create_only, name_, 5);
    for (const std::uint64_t capacity :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
      overwrite(kHeaderBytes, capacity);
      queue.put({});
      queue.put({});
      EXPECT_EQ(queue.capacity(), 5u);
      EXPECT_FALSE(queue.full());
      EXPECT_EQ(queue.try_get_many(8).size(), 2u) << capacity;
    }
    remove(name_);
  }

  const std::string name_;
};

TEST_F(NamedQueueTest, AnOpenerSeesWhatWasPutAndItsCapacity) {
  Queue<int> made(create_only, name_, 5);
  made.put(7);
  Queue<int> opened(open_only, name_);
  EXPECT_EQ(opened.capacity(), 5u);
  EXPECT_EQ(opened.get(), 7);
  opened.put(8);
  EXPECT_EQ(made.get(), 8);
}

TEST_F(NamedQueueTest, OneThatExistsKeepsItsCapacity) {
  Queue<std::string> made(open_or_create, name_, 5);
  Queue<std::string> opened(open_or_create, name_, 50);
  EXPECT_EQ(opened.capacity(), 5u);
  made.put("hello");
  EXPECT_EQ(opened.get(), "hello");
}

TEST_F(NamedQueueTest, AnotherTypeIsRefused) {
  const Queue<int> made(create_only, name_, 5);
  EXPECT_THROW(Queue<long>(open_only, name_), Corrupted);
  EXPECT_THROW(Queue<std::string>(open_only, name_), Corrupted);
  EXPECT_THROW(Queue<int>(create_only, name_, 5), std::system_error);
  EXPECT_THROW(Queue<int>(open_only, name_ + "-not"), std::system_error);
}

TEST_F(NamedQueueTest, ACapacityThatDoesNotFitIsRefused) {
  const Queue<int> made(create_only, name_, 5);
  for (const std::uint64_t capacity : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{1} << 40,
                                       std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    overwrite(kHeaderBytes, capacity);
    EXPECT_THROW(Queue<int>(open_only, name_), Corrupted) << capacity;
  }
}

TEST_F(NamedQueueTest, ACapacityThatIsOverwrittenLaterIsNotReadAgain) {
  expect_capacity_kept<Queue<int>>();
  expect_capacity_kept<LifoQueue<int>>();
  expect_capacity_kept<LifoQueue<std::string>>();
  expect_capacity_kept<PriorityQueue<int>>();
  expect_capacity_kept<PriorityQueue<std::string>>();
}

// Whatever length stands before a message, nothing beyond the memory is read.
TEST_F(NamedQueueTest, AMessageThatReachesBeyondTheMemoryIsCorruptedAndTheQueueLives) {
  Queue<std::string> queue(create_only, name_, 5);
  const std::string needle = "a needle in the haystack";
  queue.put(needle);
  const std::size_t length_at = offset_of(needle) - 8;
  for (const std::uint64_t length :
       {~std::uint64_t{0}, ~std::uint64_t{0} - 7, ~std::uint64_t{0} - 1, std::uint64_t{1} << 63,
        std::uint64_t{1} << 31, std::uint64_t{1} << 30}) {
    overwrite(length_at, length);
    EXPECT_THROW((void)queue.get(), Corrupted) << length;
    EXPECT_EQ(queue.qsize(), 1u);
  }
  overwrite(length_at, needle.size());
  EXPECT_EQ(queue.get(), needle);
}

}  // namespace
}  // namespace gilfree::testing
