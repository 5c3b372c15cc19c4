#include "gilfree/detail/base/cpu_count.h"

#include <fstream>
#include <sstream>
#include <string>

namespace gilfree::detail {
namespace {

using std::filesystem::path;

// Version 2: cpu.max holds "QUOTA PERIOD" or "max PERIOD".
std::optional<double> quota_v2(const path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

// Version 1: two files, and a quota of -1 means none.
std::optional<double> quota_v1(const path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us"), period_file(group / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) {
    return quota / period;
  }
  return std::nullopt;
}

// Returns the smallest quota of `group` and the groups above it. In a container the named group may lie
// outside of the mounted hierarchy; then the mount point itself is the container's group.
template <typename Quota>
std::optional<double> tightest(const path& mounted, const std::string& group, Quota quota_of) {
  std::optional<double> found;
  const auto consider = [&](const path& directory) {
    const auto quota = quota_of(directory);
    if (quota && (!found || *quota < *found)) found = quota;
  };
  consider(mounted);
  path directory = mounted;
  for (const auto& step : path(group).relative_path()) consider(directory /= step);
  return found;
}

bool names_cpu(const std::string& controllers) {
  std::istringstream names(controllers);
  for (std::string name; std::getline(names, name, ',');) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

std::optional<double> cpu_quota(const path& groups, const path& mounted) {
  std::optional<double> found;
  std::ifstream file(groups);
  for (std::string line; std::getline(file, line);) {  // "ID:CONTROLLERS:/GROUP"
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    std::optional<double> quota;
    if (controllers.empty()) {
      quota = tightest(mounted, group, quota_v2);
    } else if (names_cpu(controllers)) {
      quota = tightest(mounted / controllers, group, quota_v1);
      if (!quota) quota = tightest(mounted / "cpu", group, quota_v1);
    }
    if (quota && (!found || *quota < *found)) found = quota;
  }
  return found;
}

}  // namespace gilfree::detail
