#include "harness/measure/cgroup_quota.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include "harness/base/files.h"
#include "harness/base/lists.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

struct Quota {
  std::int64_t most_us, period_us;
};

std::vector<std::string> lines_of(const fs::path& path) {
  return split(read_text(path).value_or(""), '\n');
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

bool has_word(const std::string& list, const std::string& word) {
  const auto words = split(list, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::int64_t> integer_in(const fs::path& path) {
  std::istringstream text(read_text(path).value_or(""));
  std::int64_t value = 0;
  return text >> value ? std::optional(value) : std::nullopt;
}

// The number behind `key` in a file of "key number" lines.
std::optional<std::int64_t> counter(const fs::path& path, const std::string& key) {
  for (const auto& line : lines_of(path)) {
    std::istringstream words(line);
    std::string word;
    std::int64_t value = 0;
    if (words >> word >> value && word == key) return value;
  }
  return std::nullopt;
}

// The group of this process, by hierarchy: "" is that of v2, "cpu" the one of v1 that has quotas.
std::map<std::string, std::string> own_groups(const fs::path& root) {
  std::map<std::string, std::string> groups;
  for (const auto& line : lines_of(root / "proc/self/cgroup")) {
    const auto fields = split(line, ':');  // "4:cpu,cpuacct:/docker/4711"
    if (fields.size() < 3) continue;
    const std::string path = line.substr(fields[0].size() + fields[1].size() + 2);
    if (fields[1].empty()) groups[""] = path;
    if (has_word(fields[1], "cpu")) groups["cpu"] = path;
  }
  return groups;
}

// A group's path, as it is seen where `shown` of the hierarchy is mounted: in a container that is often
// its own group.
std::string inside_of(const std::string& group, const std::string& shown) {
  if (shown == "/") return group;
  const bool below =
      group.rfind(shown, 0) == 0 && (group.size() == shown.size() || group[shown.size()] == '/');
  return below ? group.substr(shown.size()) : "";
}

std::optional<Quota> quota_of(const fs::path& folder, bool v2) {
  if (v2) {
    std::istringstream text(read_text(folder / "cpu.max").value_or(""));
    std::string most;
    Quota quota{-1, 0};
    if (!(text >> most >> quota.period_us)) return std::nullopt;
    if (most != "max") quota.most_us = std::atoll(most.c_str());
    return quota;
  }
  const auto most = integer_in(folder / "cpu.cfs_quota_us"),
             period = integer_in(folder / "cpu.cfs_period_us");
  if (!most || !period) return std::nullopt;
  return Quota{*most, *period};
}

}  // namespace

CgroupQuota::CgroupQuota(const fs::path& root) {
  const auto own = own_groups(root);
  for (const auto& line : lines_of(root / "proc/self/mountinfo")) {
    // "31 23 0:26 /shown /mount/point rw,nosuid shared:9 - cgroup2 cgroup rw,nsdelegate"
    const auto words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.end() - dash < 4 || dash - words.begin() < 5) continue;
    const bool v2 = dash[1] == "cgroup2";
    if (!v2 && (dash[1] != "cgroup" || !has_word(dash[3], "cpu"))) continue;
    const auto group = own.find(v2 ? "" : "cpu");
    if (group == own.end()) continue;
    add_groups(root / fs::path(words[4]).relative_path(), inside_of(group->second, words[3]), v2);
  }
}

void CgroupQuota::add_groups(const fs::path& mount, const std::string& inside, bool v2) {
  fs::path within = fs::path(inside).relative_path().lexically_normal();
  if (!within.empty() && *within.begin() == "..") within.clear();  // outside of this namespace
  while (true) {
    groups_.push_back({mount / within, v2});
    if (within.empty()) return;
    within = within.parent_path();
  }
}

std::optional<std::string> CgroupQuota::tightest() const {
  std::optional<Quota> tightest;
  const auto share = [](const Quota& quota) {
    return static_cast<double>(quota.most_us) / static_cast<double>(quota.period_us);
  };
  bool known = false;
  for (const auto& [folder, v2] : groups_) {
    const auto quota = quota_of(folder, v2);
    if (!quota) continue;
    known = true;
    if (quota->most_us < 0 || quota->period_us <= 0) continue;
    if (!tightest || share(*quota) < share(*tightest)) tightest = quota;
  }
  if (tightest)
    return std::to_string(tightest->most_us) + " " + std::to_string(tightest->period_us);
  return known ? std::optional<std::string>("max") : std::nullopt;
}

std::optional<double> CgroupQuota::cpus() const {
  std::istringstream text(tightest().value_or(""));
  double most = 0, period = 0;
  return text >> most >> period ? std::optional(most / period) : std::nullopt;
}

std::optional<std::int64_t> CgroupQuota::throttled_us() const {
  std::optional<std::int64_t> sum;
  for (const auto& [folder, v2] : groups_) {
    auto held = counter(folder / "cpu.stat", v2 ? "throttled_usec" : "throttled_time");
    if (held) sum = sum.value_or(0) + (v2 ? *held : *held / 1000);
  }
  return sum;
}

}  // namespace harness
