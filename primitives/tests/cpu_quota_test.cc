#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gilfree/detail/base/cpu_count.h"
#include "gilfree/process.h"

namespace gilfree::testing {
namespace {

// A tree of files that looks like /proc/self/cgroup and /sys/fs/cgroup.
class CpuQuota : public ::testing::Test {
 protected:
  CpuQuota() {
    char name[] = "/tmp/cpu_quota_XXXXXX";
    root_ = ::mkdtemp(name);
  }
  ~CpuQuota() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  std::optional<double> quota() { return detail::cpu_quota(root_ / "cgroup", root_ / "fs"); }

  std::filesystem::path root_;
};

TEST_F(CpuQuota, Version2TakesTheSmallestQuotaOfTheGroupAndThoseAboveIt) {
  write("cgroup", "0::/system/job");
  EXPECT_EQ(quota(), std::nullopt);
  write("fs/system/job/cpu.max", "max 100000");
  EXPECT_EQ(quota(), std::nullopt);
  write("fs/system/job/cpu.max", "300000 100000");
  EXPECT_EQ(quota(), 3.0);
  write("fs/system/cpu.max", "150000 100000");
  EXPECT_EQ(quota(), 1.5);
}

TEST_F(CpuQuota, InAContainerTheMountPointIsTheGroup) {
  write("cgroup", "0::/not/visible/here");
  write("fs/cpu.max", "50000 100000");
  EXPECT_EQ(quota(), 0.5);
}

TEST_F(CpuQuota, Version1HasTwoFilesAndMinusOneForNone) {
  write("cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/");
  write("fs/cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
  write("fs/cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota(), std::nullopt);
  write("fs/cpu,cpuacct/job/cpu.cfs_quota_us", "200000");
  EXPECT_EQ(quota(), 2.0);
}

TEST_F(CpuQuota, UnreadableFilesMeanNoQuota) {
  EXPECT_EQ(quota(), std::nullopt);
  write("cgroup", "nonsense\n:\n0::");
  write("fs/cpu.max", "-5 0");
  EXPECT_EQ(quota(), std::nullopt);
}

TEST(CpuCount, HonoursTheAffinity) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(cpu_count(), 1);
  EXPECT_LE(cpu_count(), CPU_COUNT(&before));
  int cpu = 0;
  while (!CPU_ISSET(cpu, &before)) ++cpu;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(cpu_count(), 1);
  ::sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace gilfree::testing
