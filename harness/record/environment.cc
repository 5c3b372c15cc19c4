#include "harness/record/environment.h"

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/version.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>

#include "harness/base/cpus.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/linked.h"
#include "harness/base/lists.h"
#include "harness/base/topology.h"
#include "harness/measure/calibration.h"
#include "harness/measure/cgroup_quota.h"
#include "harness/measure/counters.h"
#include "harness/record/build_commit.h"
#include "harness/record/build_facts.h"

namespace harness {
namespace {

// A small file's text without its last newline; null if it is not there.
Json text_of(const std::string& path) {
  auto text = read_text(path);
  if (!text) return nullptr;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

// A small file's integer; null if it is not there or holds something else.
Json integer_of(const std::string& path) {
  std::int64_t value = 0;
  return std::ifstream(path) >> value ? Json(value) : Json();
}

// How long tasks wait for a CPU, in % of the time: "some avg10=0.12 avg60=... total=..."; null where
// the kernel does not say.
Json cpu_pressure() {
  std::string some;
  std::ifstream in("/proc/pressure/cpu");
  if (!std::getline(in, some)) return nullptr;
  Json pressure = Json::object();
  std::istringstream words(some);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) continue;
    pressure["some_" + word.substr(0, equals)] = std::strtod(word.c_str() + equals + 1, nullptr);
  }
  return pressure;
}

// The value behind "key<spaces>: " in a file like /proc/cpuinfo; null if there is none.
Json field(const std::string& path, const std::string& key) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (line.rfind(key, 0) == 0 && colon != std::string::npos && colon + 2 <= line.size()) {
      return line.substr(std::min(colon + 2, line.size()));
    }
  }
  return nullptr;
}

// Null for what the system does not say: a number below zero, an empty text.
Json known(long number) { return number < 0 ? Json() : Json(number); }
Json known(const std::string& text) { return text.empty() ? Json() : Json(text); }

template <typename Value>
Json known(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json limit(int resource) {
  rlimit limits{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limits) != 0) return nullptr;
  return limits.rlim_cur == RLIM_INFINITY ? Json("unlimited") : Json(limits.rlim_cur);
}

// Set for one launch of many, of which the one who asked for them knows the facts.
bool few_are_wanted() { return std::getenv(kFewFacts) != nullptr; }

// Whether files differed from the commit when this was linked; null where git did not say.
Json is_dirty() {
  const std::string dirty = build_commit::kDirty;
  return dirty.empty() ? Json() : Json(dirty == "yes");
}

// What tells this program from one that was built anew under its name; null without /proc.
Json program() {
  constexpr char kSelf[] = "/proc/self/exe";
  std::error_code none;
  if (few_are_wanted() || !std::filesystem::exists(kSelf, none)) return {};
  return content_of(kSelf);
}

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
Json operating_system() {
  for (const auto& line : split(read_text("/etc/os-release").value_or(""), '\n')) {
    if (line.rfind("PRETTY_NAME=", 0) != 0) continue;
    std::string name = line.substr(line.find('=') + 1);
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
    return name;
  }
  return nullptr;
}

// By the CPU's flag, which x86 has; null elsewhere.
Json virtualisation() {
  const Json flags = field("/proc/cpuinfo", "flags");
  if (!flags.is_string()) return nullptr;
  const bool guest =
      (" " + flags.get<std::string>() + " ").find(" hypervisor ") != std::string::npos;
  return guest ? "virtual machine" : "none";
}

Json host(const std::optional<double>& line_bounce) {
  utsname names{};
  ::uname(&names);
  std::ostringstream hash;
  hash << std::hex << std::hash<std::string>()(names.nodename);
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  return {
      {"hostname_hash", hash.str()},
      {"os", operating_system()},
      {"kernel", known(std::string(names.release))},
      {"machine", known(std::string(names.machine))},
      {"virt", virtualisation()},
      {"cpu_model", field("/proc/cpuinfo", "model name")},
      {"microcode", field("/proc/cpuinfo", "microcode")},
      {"cpus", known(::sysconf(_SC_NPROCESSORS_ONLN))},
      {"l3_cache", text_of("/sys/devices/system/cpu/cpu0/cache/index3/size")},
      {"mem_bytes", pages < 0 || page < 0 ? Json() : Json(pages * page)},
      {"clocksource", text_of("/sys/devices/system/clocksource/clocksource0/current_clocksource")},
      {"timer_cost_ns", timer_cost_ns()},
      {"line_bounce_ns", known(line_bounce)}};
}

Json warnings(const std::vector<int>& cpus, const Json& quota,
              const std::optional<double>& line_bounce) {
  Json all = Json::array();
  if (cpus.size() < 2) all.push_back("only one CPU is allowed: nothing can run side by side");
  if (cpus.size() > 1 && !line_bounce && !few_are_wanted()) {
    all.push_back(
        "the way of a cache line between two cores could not be measured: other programs keep the "
        "CPUs busy");
  }
  if (quota.is_string() && quota != "max") {
    all.push_back("this control group has a CPU quota (" + quota.get<std::string>() +
                  "): look at throttled_us");
  }
  std::string load;  // "1.25", of the last minute
  std::ifstream("/proc/loadavg") >> load;
  if (std::strtod(load.c_str(), nullptr) > 0.5 * static_cast<double>(cpus.size())) {
    all.push_back("the machine is busy: its load average was " + load);
  }
  const Json governor = text_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (governor.is_string() && governor != "performance") {
    all.push_back("the frequency governor is " + governor.get<std::string>() +
                  "; performance is steadier");
  }
  if (std::string(build_facts::kType) != "Release") {
    all.push_back(std::string("this is a ") + build_facts::kType +
                  " build; measure with the release preset");
  }
  return all;
}

}  // namespace

std::string source_dir() {
  const char* chosen = std::getenv("GILFREE_SOURCE_DIR");
  return chosen != nullptr ? chosen : build_facts::kSourceDir;
}

const char* version() { return build_facts::kVersion; }

Json environment() {
  const auto cpus = allowed_cpus();
  const Json quota = known(CgroupQuota().tightest());
  const auto line_bounce = few_are_wanted() ? std::nullopt : line_bounce_ns();
  return {{"tool",
           {{"name", "bench-all"},
            {"version", build_facts::kVersion},
            {"git_sha", known(std::string(build_commit::kSha))},
            {"git_dirty", is_dirty()},
            {"content", program()},
            {"linked", known(linked())}}},
          {"build",
           {{"compiler", build_facts::kCompiler},
            {"compiler_version", build_facts::kCompilerVersion},
            {"flags", build_facts::kFlags},
            {"type", build_facts::kType},
            {"cxx_std", __cplusplus},
            {"sanitizers", build_facts::kSanitizers},
            {"boost_version", BOOST_LIB_VERSION},
            {"google_benchmark_version", build_facts::kBenchmarkVersion},
            {"libc", std::string("glibc ") + ::gnu_get_libc_version()}}},
          {"host", host(line_bounce)},
          {"topology", this_topology().groups()},
          {"limits",
           {{"affinity", cpus},
            {"cgroup_cpu_max", quota},
            {"nofile", limit(RLIMIT_NOFILE)},
            {"msgqueue", limit(RLIMIT_MSGQUEUE)},
            {"nproc", limit(RLIMIT_NPROC)},
            {"mqueue_msgsize_max", integer_of("/proc/sys/fs/mqueue/msgsize_max")},
            {"msgmax", integer_of("/proc/sys/kernel/msgmax")},
            {"pipe_max_size", integer_of("/proc/sys/fs/pipe-max-size")}}},
          {"environment",
           {{"governor", text_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")},
            {"aslr", integer_of("/proc/sys/kernel/randomize_va_space")},
            {"thp", text_of("/sys/kernel/mm/transparent_hugepage/enabled")},
            {"load_avg", text_of("/proc/loadavg")},
            {"hardware_counters", Counters().scope()},
            {"clock_frequency", read_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")
                                    ? "by cpufreq"
                                    : "not known: this machine has no cpufreq"},
            {"psi_cpu", cpu_pressure()}}},
          {"warnings", warnings(cpus, quota, line_bounce)}};
}

std::string environment_text() {
  std::ostringstream text;
  const Json all = environment();
  for (const auto& [group, facts] : all.items()) {
    text << group << '\n';
    for (const auto& [name, value] : facts.items()) {
      if (value.is_null()) continue;
      text << "  " << name << ": "
           << (value.is_string() ? value.get<std::string>() : to_text(value)) << '\n';
    }
  }
  return text.str();
}

}  // namespace harness
