// BiasedMutex: that a death which nobody could repair is told to each next owner, until one can. What deaths, freezes and
// refused fences do to it: biased_mutex_freeze_test, refused_fence_test and the walks of the queues.
#include "gilfree/detail/lock/biased_mutex.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {
namespace {

template <typename S>
class BiasedMutexTest : public Watchdog {};
TYPED_TEST_SUITE(BiasedMutexTest, BothScopes);

// As often as would bias it to this thread, which would enter by the bias and be told nothing.
TYPED_TEST(BiasedMutexTest, WhatCannotBeRepairedIsToldToEachNextOwner) {
  detail::BiasedMutex<TypeParam> mutex;
  ASSERT_EQ(mutex.lock(), detail::Locked::kCleanly);
  mutex.unlock_abandoned();
  const auto fail = [] { throw std::runtime_error("no memory to repair it"); };
  for (int i = 0; i < 200; ++i) {
    ASSERT_THROW(detail::BiasedGuard(mutex, fail), std::runtime_error) << "lock " << i;
  }
  bool is_repaired = false;
  {
    const detail::BiasedGuard guard(mutex, [&] { is_repaired = true; });
  }
  EXPECT_TRUE(is_repaired);
  EXPECT_EQ(mutex.lock(), detail::Locked::kCleanly);
  mutex.unlock();
}

}  // namespace
}  // namespace gilfree::testing
