#include "harness/judge/run_facts.h"

#include <algorithm>
#include <utility>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

struct Fact {
  const char *group, *key, *meaning;
};

// What makes numbers of two runs comparable, beside the kernel (kernel_of).
constexpr Fact kFacts[] = {
    {"host", "cpu_model", "CPU model"},
    {"host", "cpus", "CPUs"},
    {"host", "machine", "architecture"},
    {"host", "virt", "virtualisation"},
    {"limits", "affinity", "allowed CPUs"},
    {"limits", "cgroup_cpu_max", "CPU quota"},
    {"environment", "governor", "governor"},
    {"build", "compiler", "compiler"},
    {"build", "compiler_version", "compiler version"},
    {"build", "type", "build type"},
    {"build", "flags", "build flags"},
    {"build", "sanitizers", "sanitizers"},
    {"settings", "windows", "windows of a launch"},
    {"settings", "window_ns", "window"},
    {"settings", "warmup_ns", "warm-up"},
};

bool is_duration(const std::string& key) { return key.ends_with("_ns"); }

// "6.1" of "6.1.0-13-amd64".
Json kernel_of(const Json& facts) {
  const Json release = fact_of(facts, "host", "kernel");
  if (!release.is_string()) return release;
  const auto text = release.get<std::string>();
  const auto first = text.find('.');
  return first == std::string::npos ? text : text.substr(0, text.find_first_of(".-", first + 1));
}

// What was added to each operation, in words for note_difference.
Json delay_of(const Json& facts) {
  const Json delay = fact_of(facts, "settings", "injected_delay_ns");
  return delay.is_null() ? Json("none") : delay;
}

bool records(const Json& facts, const char* group) {
  const auto found = facts.find(group);
  return found != facts.end() && found->is_object() &&
         std::any_of(found->begin(), found->end(),
                     [](const Json& fact) { return !fact.is_null(); });
}

void note_difference(std::vector<std::string>& all, const std::string& meaning, const Json& a,
                     const Json& b) {
  if (a != b) all.push_back(meaning + ": " + fact_text(a) + " and " + fact_text(b));
}

}  // namespace

Json fact_of(const Json& facts, const char* group, const char* key) {
  const auto found = facts.find(group);
  return found != facts.end() && found->is_object() ? found->value(key, Json()) : Json();
}

std::string fact_text(const Json& value) {
  if (value.is_null()) return "not known";
  return value.is_string() ? one_line(value.get<std::string>()) : to_text(value);
}

Json measured_on() {
  const Json all = environment();
  Json facts = Json::object();
  for (const char* group : {"host", "limits", "environment", "build"}) {
    facts[group] = all.value(group, Json());
  }
  return facts;
}

std::vector<std::string> unlike(const Json& a, const Json& b) {
  std::vector<std::string> all;
  for (const auto& [group, meaning] : {std::pair("host", "machine"), {"build", "build"}}) {
    if (records(a, group) || records(b, group)) continue;
    all.push_back(std::string(meaning) + ": not known and not known");
  }
  note_difference(all, "kernel", kernel_of(a), kernel_of(b));
  for (const auto& [group, key, meaning] : kFacts) {
    const Json in_a = fact_of(a, group, key), in_b = fact_of(b, group, key);
    const bool not_recorded =
        std::string(group) == "settings" && (in_a.is_null() || in_b.is_null());
    if (not_recorded) continue;
    note_difference(all, meaning + std::string(is_duration(key) ? " in ns" : ""), in_a, in_b);
  }
  if (a.contains("settings") && b.contains("settings")) {
    note_difference(all, "injected delay in ns", delay_of(a), delay_of(b));
  }
  return all;
}

}  // namespace harness
