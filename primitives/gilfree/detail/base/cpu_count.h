// cpu_quota: how many CPUs' worth of time the control groups of this process let it use.
#pragma once

#include <filesystem>
#include <optional>

namespace gilfree::detail {

// Returns the smallest quota of the process's control group and the groups above it; nothing if none is
// set. Reads the groups that /proc/self/cgroup names (cgroups(7), version 1 and 2) below their mount point.
std::optional<double> cpu_quota(const std::filesystem::path& groups = "/proc/self/cgroup",
                                const std::filesystem::path& mounted = "/sys/fs/cgroup");

}  // namespace gilfree::detail
