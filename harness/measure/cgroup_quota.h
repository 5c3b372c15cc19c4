// CgroupQuota: the limits of CPU time that control groups put on this process.
//
// A quota of any group above it counts, of cgroup v2 (cpu.max) and of v1 (cpu.cfs_quota_us).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace harness {

class CgroupQuota {
 public:
  // Finds this process's groups by proc/self/cgroup and proc/self/mountinfo below `root`.
  explicit CgroupQuota(const std::filesystem::path& root = "/");

  // Returns the tightest: "50000 100000" is 50,000 us of CPU time in each 100,000 us; "max": there is
  // none. Nothing if no group can be read.
  std::optional<std::string> tightest() const;

  // Returns how many CPUs' time that is, 0.5 above; nothing if there is none or no group can be read.
  std::optional<double> cpus() const;

  // Returns for how long its groups were held back by their quotas, in all. Nothing if none of them
  // counts that.
  std::optional<std::int64_t> throttled_us() const;

 private:
  struct Group {
    std::filesystem::path folder;
    bool second_version;
  };
  void add_groups(const std::filesystem::path& mount, const std::string& inside, bool v2);

  std::vector<Group> groups_;
};

}  // namespace harness
