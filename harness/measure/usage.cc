#include "harness/measure/usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <vector>

#include "harness/base/cpus.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/process_stat.h"
#include "harness/measure/cgroup_quota.h"
#include "harness/measure/pressure.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

// The number behind `key` in a file of "key value" lines; 0 if it is not there.
std::int64_t number_after(const std::string& text, const std::string& key) {
  const auto at = text.find(key);
  return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + key.size());
}

// The number behind "key   :   " in /proc/PID/sched; nothing if it is not there.
std::optional<std::int64_t> number_behind(const std::string& text, const std::string& key) {
  const auto at = text.find(key);
  const auto colon = at == std::string::npos ? at : text.find(':', at);
  if (colon == std::string::npos) return std::nullopt;
  return std::atoll(text.c_str() + colon + 1);
}

// The mean of the CPUs that this process may use; nothing where the kernel does not say.
std::optional<double> clock_mhz() {
  double sum = 0;
  const auto cpus = allowed_cpus();
  for (const int cpu : cpus) {
    const auto khz = read_text("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                               "/cpufreq/scaling_cur_freq");
    if (!khz) return std::nullopt;
    sum += std::strtod(khz->c_str(), nullptr) / 1000;
  }
  if (cpus.empty()) return std::nullopt;
  return sum / static_cast<double>(cpus.size());
}

std::vector<pid_t> threads_of(pid_t pid) {
  std::vector<pid_t> threads;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return threads;
}

void add_process(Usage& sum, pid_t pid, pid_t left_out) {
  if (pid == left_out) return;
  clockid_t clock;
  timespec spent{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) return;
  sum.cpu_s += static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);

  const std::string base = "/proc/" + std::to_string(pid);
  if (const auto stat = process_stat(pid)) {
    sum.minor_faults += stat->minor_faults;
    sum.user_ticks += static_cast<double>(stat->user_ticks);
    sum.sys_ticks += static_cast<double>(stat->system_ticks);
  }
  for (const pid_t thread : threads_of(pid)) {
    const std::string task = base + "/task/" + std::to_string(thread);
    const std::string status = read_text(task + "/status").value_or("");
    sum.voluntary += number_after(status, "\nvoluntary_ctxt_switches:");
    sum.involuntary += number_after(status, "\nnonvoluntary_ctxt_switches:");
    if (const auto moves =
            number_behind(read_text(task + "/sched").value_or(""), "nr_migrations")) {
      sum.migrations = sum.migrations.value_or(0) + *moves;
    }
    std::istringstream children(read_text(task + "/children").value_or(""));
    for (pid_t child; children >> child;) add_process(sum, child, left_out);
  }
}

}  // namespace

Usage usage_of_descendants(pid_t left_out) {
  Usage sum;
  const std::string own = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  sum.complete = read_text(own).has_value();
  add_process(sum, ::getpid(), left_out);
  std::istringstream cpu(read_text("/proc/stat").value_or(""));
  std::string word;
  cpu >> word;
  for (int i = 0; i < 8 && cpu >> word; ++i) {
    sum.all_ticks += std::atof(word.c_str());
    if (i == 7) sum.steal_ticks = std::atof(word.c_str());
  }
  sum.stalled_us = cpu_stalled_us();
  sum.mhz = clock_mhz();
  static const CgroupQuota quota;
  sum.throttled_us = quota.throttled_us();
  return sum;
}

namespace {

// Of all processes.
void add_spent(Json& row, const Usage& opened, const Usage& closed, std::uint64_t ops) {
  const double cpu = std::max(0.0, closed.cpu_s - opened.cpu_s);
  const double user = std::max(0.0, closed.user_ticks - opened.user_ticks);
  const double sys = std::max(0.0, closed.sys_ticks - opened.sys_ticks);
  const double user_share = user + sys > 0 ? user / (user + sys) : 1;
  row["cpu_user_s"] = cpu * user_share;
  row["cpu_sys_s"] = cpu * (1 - user_share);
  if (ops > 0) row["cpu_ns_per_op"] = cpu * 1e9 / static_cast<double>(ops);
  row["ctx_vol"] = std::max<std::int64_t>(0, closed.voluntary - opened.voluntary);
  row["ctx_invol"] = std::max<std::int64_t>(0, closed.involuntary - opened.involuntary);
  if (opened.migrations && closed.migrations) {
    row["migrations"] = std::max<std::int64_t>(0, *closed.migrations - *opened.migrations);
  }
  row["minflt"] = std::max<std::int64_t>(0, closed.minor_faults - opened.minor_faults);
}

}  // namespace

void add_usage(Json& row, const Usage& opened, const Usage& closed, std::uint64_t ops) {
  if (opened.complete && closed.complete) add_spent(row, opened, closed, ops);
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  row["maxrss_bytes"] = own.ru_maxrss * 1024;
  const double ticks = closed.all_ticks - opened.all_ticks;
  if (ticks > 0) row["steal_frac"] = (closed.steal_ticks - opened.steal_ticks) / ticks;
  const auto window = row.find("window_s");
  if (opened.stalled_us && closed.stalled_us && window != row.end() && *window > 0) {
    const double stalled = *closed.stalled_us - *opened.stalled_us;
    row["psi_cpu_some"] = std::min(100.0, stalled / window->get<double>() / 1e4);
  }
  if (closed.mhz) row["freq_mhz"] = *closed.mhz;
  if (opened.throttled_us && closed.throttled_us) {
    row["throttled_us"] = *closed.throttled_us - *opened.throttled_us;
  }
}

std::string utc_text(std::chrono::system_clock::time_point at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  const std::time_t seconds = ms.count() / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(ms.count() % 1000));
  return text;
}

}  // namespace harness
