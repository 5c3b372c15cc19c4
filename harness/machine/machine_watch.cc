#include "harness/machine/machine_watch.h"

#include <sys/times.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/base/cpus.h"
#include "harness/base/files.h"
#include "harness/base/process_stat.h"
#include "harness/base/topology.h"
#include "harness/measure/pressure.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 3;      // of the busiest programs
constexpr double kWorthNaming = 0.01;  // of one CPU
constexpr const char* kCpus = "/sys/devices/system/cpu/";

std::optional<std::string> word_in(const std::string& path) {
  std::string word;
  std::ifstream in(path);
  if (!(in >> word)) return std::nullopt;
  return word;
}

std::optional<bool> is_one(const std::string& path) {
  const auto word = word_in(path);
  return word ? std::optional<bool>(*word == "1") : std::nullopt;
}

std::optional<bool> turbo() {
  if (const auto off = is_one(std::string(kCpus) + "intel_pstate/no_turbo")) return !*off;
  return is_one(std::string(kCpus) + "cpufreq/boost");
}

// By the CPU's flag, which x86 has.
std::optional<bool> is_guest() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("flags", 0) == 0) return (line + " ").find(" hypervisor ") != std::string::npos;
  }
  return std::nullopt;
}

int cores_of(const Topology& machine) {
  std::set<int> cores;
  for (const Cpu& cpu : machine.cpus()) cores.insert(cpu.core);
  return static_cast<int>(cores.size());
}

std::optional<double> share(double part, double whole) {
  if (!(whole > 0)) return std::nullopt;
  return std::max(0.0, part) / whole;
}

}  // namespace

MachineWatch::MachineWatch() : begun_(counts()) { look(); }

void MachineWatch::look() {
  for (const int cpu : allowed_cpus()) {
    double khz = 0;
    std::ifstream in(kCpus + ("cpu" + std::to_string(cpu)) + "/cpufreq/scaling_cur_freq");
    if (in >> khz) mhz_.push_back(khz / 1000);
  }
}

MachineWatch::Counts MachineWatch::counts() const {
  using namespace std::chrono;
  Counts now;
  now.at_us = duration<double, std::micro>(steady_clock::now().time_since_epoch()).count();
  std::ifstream stat("/proc/stat");
  std::string word;
  std::array<double, 8> ticks{};  // user nice system idle iowait irq softirq steal
  if (stat >> word) {
    for (auto& each : ticks) stat >> each;
  }
  for (const double each : ticks) now.all_ticks += each;
  now.busy_ticks = now.all_ticks - ticks[3] - ticks[4] - ticks[7];
  now.steal_ticks = ticks[7];
  tms own{};
  ::times(&own);
  now.own_ticks = static_cast<double>(own.tms_utime + own.tms_stime);
  now.stalled_us = cpu_stalled_us();
  now.throttled_us = quota_.throttled_us();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const pid_t process = std::atoi(entry.path().filename().c_str());
    if (process <= 0 || process == ::getpid()) continue;
    const auto of = process_stat(process);
    if (!of) continue;
    now.programs[process] = {word_in(entry.path() / "comm").value_or("?"),
                             static_cast<double>(of->user_ticks + of->system_ticks)};
  }
  return now;
}

// "1234 make 62 %": of one CPU.
std::vector<std::string> MachineWatch::busiest(const Counts& before, const Counts& after) {
  const double ticks =
      (after.at_us - before.at_us) / 1e6 * static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::vector<std::pair<double, std::string>> used;
  for (const auto& [process, program] : after.programs) {
    const auto old = before.programs.find(process);
    const double spent = program.second - (old == before.programs.end() ? 0 : old->second.second);
    if (spent < kWorthNaming * ticks) continue;
    used.emplace_back(spent, std::to_string(process) + " " + program.first + " " +
                                 std::to_string(std::lround(100 * spent / ticks)) + " %");
  }
  std::sort(used.rbegin(), used.rend());
  std::vector<std::string> named;
  for (std::size_t i = 0; i < std::min(kNamed, used.size()); ++i) named.push_back(used[i].second);
  return named;
}

MachineFacts MachineWatch::facts() const {
  const Counts now = counts();
  const double ticks = now.all_ticks - begun_.all_ticks;
  const Topology machine = this_topology();
  MachineFacts facts{
      .steal_frac = share(now.steal_ticks - begun_.steal_ticks, ticks),
      .others_frac =
          share(now.busy_ticks - begun_.busy_ticks - (now.own_ticks - begun_.own_ticks), ticks),
      .busiest = busiest(begun_, now),
      .governor = word_in(kCpus + std::string("cpu0/cpufreq/scaling_governor")),
      .quota = quota_.tightest(),
      .turbo = turbo(),
      .mhz = mhz_,
      .is_guest = is_guest(),
      .cpus = static_cast<int>(allowed_cpus().size()),
      .cores = cores_of(machine)};
  if (begun_.stalled_us && now.stalled_us) {
    facts.stalled_frac = share(*now.stalled_us - *begun_.stalled_us, now.at_us - begun_.at_us);
  }
  if (begun_.throttled_us && now.throttled_us) {
    facts.throttled_us = *now.throttled_us - *begun_.throttled_us;
  }
  return facts;
}

}  // namespace harness
