#include "harness/base/cpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <thread>

namespace harness {
namespace {

TEST(CpusTest, AThreadThatStaysOnOneCpuIsAllowedThatOneAlone) {
  const auto before = allowed_cpus();
  ASSERT_FALSE(before.empty());
  EXPECT_TRUE(std::is_sorted(before.begin(), before.end()));
  std::thread([&] {
    EXPECT_TRUE(stay_on(before.back()));
    EXPECT_EQ(allowed_cpus(), std::vector<int>{before.back()});
  }).join();
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(CpusTest, ACpuThatIsNotThereIsRefused) {
  const auto before = allowed_cpus();
  EXPECT_FALSE(stay_on(60'000));
  EXPECT_EQ(allowed_cpus(), before);
}

}  // namespace
}  // namespace harness
