// cpu_quota: how many CPUs' worth of time the control groups of this process let it use.
#pragma once

#include <filesystem>
#include <optional>

namespace gilfree::detail {

// The smallest quota on the way up from the process's group; nothing if none is set. Reads what
// /proc/self/cgroup names (cgroups(7), version 1 and 2) below the mount point of the hierarchies.
std::optional<double> cpu_quota(const std::filesystem::path& groups = "/proc/self/cgroup",
                                const std::filesystem::path& mounted = "/sys/fs/cgroup");

}  // namespace gilfree::detail
