// InFlightTasks: places where memory is short.
#include "gilfree/detail/pool/in_flight_tasks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "gilfree/detail/pool/shared_result.h"

namespace {

int allocations_left = -1;  // until one fails; below 0: none does

}  // namespace

// Not inlined: GCC would see malloc in a pair with delete.
// NOLINTNEXTLINE(*-no-malloc): it is what the usual one does
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace gilfree::testing {
namespace {

class InFlightTasksTest : public ::testing::Test {
 protected:
  // Where the next so many allocations succeed, and none after them.
  template <typename Body>
  static bool has_memory_for(int allocations, Body body) {
    allocations_left = allocations;
    bool has = true;
    try {
      body();
    } catch (const std::bad_alloc&) {
      has = false;
    }
    allocations_left = -1;
    return has;
  }
  void add(detail::InFlightTasks& tasks) { tasks.add(job_, 0, kItems, nullptr, bytes_); }

  static constexpr int kItems = 2;
  // Of strings: to note the error of one of several numbers takes memory.
  using Job = detail::SharedResult<std::string>;
  const std::shared_ptr<Job> job_ = std::make_shared<Job>(100 * kItems);
  const std::vector<std::byte> bytes_ = std::vector<std::byte>(64);
};

TEST_F(InFlightTasksTest, ATaskForWhichThereIsNoMemoryTakesNoPlace) {
  int allocations = 0;
  for (bool added = false; !added; ++allocations) {
    detail::InFlightTasks tasks;
    added = has_memory_for(allocations, [&] { add(tasks); });
    ASSERT_EQ(tasks.size(), added ? 1u : 0u) << "after " << allocations << " allocations";
  }
  EXPECT_GT(allocations, 1) << "it took no memory";
}

TEST_F(InFlightTasksTest, APlaceIsFreedWithoutMemory) {
  constexpr int kTasks = 100;
  const auto why = std::make_exception_ptr(std::runtime_error("none will run them"));
  detail::InFlightTasks tasks;
  for (int task = 0; task < kTasks; ++task) tasks.add(job_, task * kItems, kItems, nullptr, bytes_);
  EXPECT_TRUE(has_memory_for(0, [&] { tasks.fail_all(why); }));
  EXPECT_EQ(tasks.size(), 0u);
}

}  // namespace
}  // namespace gilfree::testing
