#include "harness/measure/cgroup_quota.h"

#include <gtest/gtest.h>

#include "harness/tests/support.h"

namespace harness::testing {
namespace {

constexpr char kV2[] = "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup rw\n";
constexpr char kV1[] =
    "33 32 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
    "34 32 0:30 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n";

class CgroupQuotaTest : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root.path() / path).parent_path());
    root.write(path, text);
  }
  void mounted(const std::string& mounts, const std::string& groups) const {
    write("proc/self/mountinfo", "22 28 0:20 / /sys rw - sysfs sysfs rw\n" + mounts);
    write("proc/self/cgroup", groups);
  }
  CgroupQuota quota() const { return CgroupQuota(root.path()); }

  TemporaryFolder root;
};

TEST_F(CgroupQuotaTest, WhereNoGroupCanBeReadNothingIsKnown) {
  EXPECT_EQ(quota().tightest(), std::nullopt);
  EXPECT_EQ(quota().throttled_us(), std::nullopt);
  mounted(kV2, "0::/\n");  // the root group has no cpu.max
  EXPECT_EQ(quota().tightest(), std::nullopt);
  EXPECT_EQ(quota().throttled_us(), std::nullopt);
}

TEST_F(CgroupQuotaTest, AGroupWithoutAQuotaSaysSo) {
  mounted(kV2, "0::/a\n");
  write("sys/fs/cgroup/a/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/cpu.stat", "usage_usec 5\nnr_throttled 0\nthrottled_usec 0\n");
  EXPECT_EQ(quota().tightest(), "max");
  EXPECT_EQ(quota().cpus(), std::nullopt);
  EXPECT_EQ(quota().throttled_us(), 0);
}

TEST_F(CgroupQuotaTest, OfNestedGroupsTheTightestCountsWhereverItIs) {
  mounted(kV2, "0::/a/b/c\n");
  write("sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  write("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_usec 700\n");
  write("sys/fs/cgroup/a/b/c/cpu.stat", "throttled_usec 40\n");
  EXPECT_EQ(quota().tightest(), "50000 100000");
  EXPECT_EQ(quota().cpus(), 0.5);
  EXPECT_EQ(quota().throttled_us(), 740);
}

TEST_F(CgroupQuotaTest, AQuotaOfTheFirstVersionCountsToo) {
  mounted(kV1, "12:memory:/m\n4:cpu,cpuacct:/a/b\n1:name=systemd:/x\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota().tightest(), "max");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "25000\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "50000\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.stat", "nr_throttled 2\nthrottled_time 9000000\n");
  EXPECT_EQ(quota().tightest(), "25000 50000");
  EXPECT_EQ(quota().throttled_us(), 9000);
}

TEST_F(CgroupQuotaTest, BothVersionsMayBeMounted) {
  mounted(std::string(kV1) + "35 32 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
          "4:cpu,cpuacct:/a\n0::/b\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "40000\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/unified/b/cpu.max", "max 100000\n");
  EXPECT_EQ(quota().tightest(), "40000 100000");
}

// A container that shows its own group only, where the hierarchy is mounted.
TEST_F(CgroupQuotaTest, AContainersGroupIsWhereItsHierarchyIsMounted) {
  mounted("31 23 0:26 /docker/4711 /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
          "0::/docker/4711/inner\n");
  write("sys/fs/cgroup/cpu.max", "20000 100000\n");
  write("sys/fs/cgroup/inner/cpu.max", "max 100000\n");
  EXPECT_EQ(quota().tightest(), "20000 100000");
}

TEST_F(CgroupQuotaTest, AGroupOutsideOfTheNamespaceIsSeenByItsMount) {
  mounted(kV2, "0::/../../elsewhere\n");
  write("sys/fs/cgroup/cpu.max", "30000 100000\n");
  EXPECT_EQ(quota().tightest(), "30000 100000");
}

TEST_F(CgroupQuotaTest, DamagedFilesSayNothing) {
  mounted(std::string("short\n1 2 3 4 5 6 -\n") + kV2, "junk\n0::/a\n");
  write("sys/fs/cgroup/a/cpu.max", "many\n");
  write("sys/fs/cgroup/a/cpu.stat", "throttled_usec lots\n");
  EXPECT_EQ(quota().tightest(), std::nullopt);
  EXPECT_EQ(quota().throttled_us(), std::nullopt);
  write("sys/fs/cgroup/a/cpu.max", "50000 0\n");
  EXPECT_EQ(quota().tightest(), "max");
}

}  // namespace
}  // namespace harness::testing
