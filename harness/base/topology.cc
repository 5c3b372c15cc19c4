#include "harness/base/topology.h"

#include <hwloc.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "harness/base/cpus.h"
#include "harness/base/errors.h"
#include "harness/base/json.h"

namespace harness {
namespace {

// hwloc's topology, before and after it is loaded.
class Hwloc {
 public:
  Hwloc() {
    if (::hwloc_topology_init(&topology_) != 0) throw std::bad_alloc();
    ::hwloc_topology_set_all_types_filter(topology_, HWLOC_TYPE_FILTER_KEEP_NONE);
    for (const auto type : {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_CORE}) {
      ::hwloc_topology_set_type_filter(topology_, type, HWLOC_TYPE_FILTER_KEEP_ALL);
    }
    // It would move this thread from CPU to CPU, to ask each.
    ::hwloc_topology_set_components(topology_, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
  }
  ~Hwloc() { ::hwloc_topology_destroy(topology_); }
  Hwloc(const Hwloc&) = delete;
  Hwloc& operator=(const Hwloc&) = delete;

  hwloc_topology_t get() const { return topology_; }

  // Returns its CPUs; none if hwloc cannot load it.
  std::vector<Cpu> load() {
    std::vector<Cpu> cpus;
    if (::hwloc_topology_load(topology_) != 0) return cpus;
    for (hwloc_obj_t pu = nullptr;
         (pu = ::hwloc_get_next_obj_by_type(topology_, HWLOC_OBJ_PU, pu)) != nullptr;) {
      cpus.push_back(
          {.number = static_cast<int>(pu->os_index),
           .core = above(pu, HWLOC_OBJ_CORE),
           .l3 = above(pu, HWLOC_OBJ_L3CACHE),
           .numa = node_of(pu),
           .socket = above(pu, HWLOC_OBJ_PACKAGE),
           .kind = std::max(0, ::hwloc_cpukinds_get_by_cpuset(topology_, pu->cpuset, 0))});
    }
    std::sort(cpus.begin(), cpus.end(),
              [](const Cpu& a, const Cpu& b) { return a.number < b.number; });
    return cpus;
  }

 private:
  int above(hwloc_obj_t pu, hwloc_obj_type_t type) const {
    const auto* group = ::hwloc_get_ancestor_obj_by_type(topology_, type, pu);
    return group == nullptr ? -1 : static_cast<int>(group->logical_index);
  }
  // Nodes are beside the tree of CPUs, not in it. Of memories of several kinds, the first.
  int node_of(hwloc_obj_t pu) const {
    for (hwloc_obj_t node = nullptr;
         (node = ::hwloc_get_next_obj_by_type(topology_, HWLOC_OBJ_NUMANODE, node)) != nullptr;) {
      if (::hwloc_bitmap_isincluded(pu->cpuset, node->cpuset))
        return static_cast<int>(node->logical_index);
    }
    return -1;
  }

  hwloc_topology_t topology_;
};

// Each CPU a core of its own: for a machine of which nothing is known.
std::vector<Cpu> plain(const std::vector<int>& numbers) {
  std::vector<Cpu> cpus;
  for (const int number : numbers) {
    cpus.push_back({number, static_cast<int>(cpus.size()), -1, -1, -1, 0});
  }
  return cpus;
}

Topology loaded(Hwloc& hwloc, const std::string& what) {
  auto cpus = hwloc.load();
  if (cpus.empty()) throw BadUsage("hwloc cannot read the topology " + in_quotes(what));
  return Topology(std::move(cpus));
}

std::vector<int> numbers_of(const std::vector<Cpu>& cpus) {
  std::vector<int> numbers;
  for (const Cpu& cpu : cpus) numbers.push_back(cpu.number);
  return numbers;
}

// How often each group that `group_of` names has come before, CPU by CPU.
template <typename GroupOf>
std::vector<int> ranks(const std::vector<Cpu>& cpus, GroupOf group_of) {
  std::map<decltype(group_of(cpus.front())), int> seen;
  std::vector<int> ranks;
  for (const Cpu& cpu : cpus) ranks.push_back(seen[group_of(cpu)]++);
  return ranks;
}

// Sorts CPUs by a key that is computed for each beforehand.
template <typename Key>
std::vector<Cpu> sorted_by(const std::vector<Cpu>& cpus, const std::vector<Key>& keys) {
  std::vector<std::pair<Key, std::size_t>> order;
  for (std::size_t i = 0; i < cpus.size(); ++i) order.emplace_back(keys[i], i);
  std::sort(order.begin(), order.end());
  std::vector<Cpu> sorted;
  for (const auto& [key, i] : order) sorted.push_back(cpus[i]);
  return sorted;
}

// Deals the CPUs out: the first of each group, then the second of each. Stable within a round.
template <typename GroupOf>
std::vector<Cpu> dealt(const std::vector<Cpu>& cpus, GroupOf group_of) {
  return sorted_by(cpus, ranks(cpus, group_of));
}

int core_of(const Cpu& cpu) { return cpu.core; }

std::tuple<int, int, int> place_of(const Cpu& cpu) { return {cpu.socket, cpu.numa, cpu.l3}; }

// Faster kinds first, each pair in the order of its numbers.
std::vector<Cpu> fastest_first(std::vector<Cpu> cpus) {
  std::stable_sort(cpus.begin(), cpus.end(),
                   [](const Cpu& a, const Cpu& b) { return a.kind > b.kind; });
  return cpus;
}

}  // namespace

Nearness nearness_of(const Cpu& one, const Cpu& other) {
  if (one.number == other.number) return Nearness::kSame;
  if (one.core == other.core && one.core >= 0) return Nearness::kSmt;
  if (one.socket != other.socket || one.numa != other.numa) return Nearness::kNuma;
  return one.l3 == other.l3 && one.l3 >= 0 ? Nearness::kL3 : Nearness::kSocket;
}

std::optional<std::pair<int, int>> Topology::pair(Nearness nearness) const {
  const auto cpus = fastest_first(cpus_);
  for (const bool alike : {true, false}) {
    for (std::size_t i = 0; i < cpus.size(); ++i) {
      for (std::size_t j = nearness == Nearness::kSame ? i : i + 1; j < cpus.size(); ++j) {
        if (nearness_of(cpus[i], cpus[j]) != nearness) continue;
        if (!alike || cpus[i].kind == cpus[j].kind) return {{cpus[i].number, cpus[j].number}};
      }
    }
  }
  return std::nullopt;
}

std::optional<std::pair<int, int>> Topology::cores_apart() const {
  for (const auto nearness : {Nearness::kL3, Nearness::kSocket, Nearness::kNuma, Nearness::kSmt}) {
    if (const auto found = pair(nearness)) return found;
  }
  return std::nullopt;
}

std::vector<int> Topology::in_turn() const { return numbers_of(dealt(cpus_, core_of)); }

std::vector<int> Topology::compact() const {
  std::vector<std::tuple<int, int, int, int, int>> keys;
  for (const Cpu& cpu : cpus_) {
    keys.emplace_back(cpu.socket, cpu.numa, cpu.l3, cpu.core, cpu.number);
  }
  return numbers_of(sorted_by(cpus_, keys));
}

std::vector<int> Topology::scatter() const {
  // Each rule keeps the order of the one before within a round: last comes what matters most.
  auto cpus = dealt(cpus_, place_of);
  cpus = dealt(cpus, [](const Cpu& cpu) { return std::make_pair(cpu.socket, cpu.numa); });
  cpus = dealt(cpus, [](const Cpu& cpu) { return cpu.socket; });
  return numbers_of(dealt(cpus, core_of));
}

Json Topology::groups() const {
  const std::pair<const char*, int Cpu::*> kinds[] = {{"sockets", &Cpu::socket},
                                                      {"numa_nodes", &Cpu::numa},
                                                      {"l3_groups", &Cpu::l3},
                                                      {"cores", &Cpu::core},
                                                      {"core_kinds", &Cpu::kind}};
  Json all = Json::object();
  for (const auto& [name, group] : kinds) {
    std::map<int, std::vector<int>> members;
    for (const Cpu& cpu : cpus_) members[cpu.*group].push_back(cpu.number);
    members.erase(-1);
    all[name] = members.empty() ? Json() : Json::array();  // null: the machine does not say
    for (const auto& [number, cpus] : members) all[name].push_back(cpu_list(cpus));
  }
  return all;
}

Topology restricted(const Topology& machine, const std::vector<int>& allowed) {
  std::vector<Cpu> cpus;
  for (const Cpu& cpu : machine.cpus()) {
    if (std::binary_search(allowed.begin(), allowed.end(), cpu.number)) cpus.push_back(cpu);
  }
  return Topology(std::move(cpus));
}

Topology this_topology() {
  static const Topology machine([] { return Hwloc().load(); }());
  const auto allowed = allowed_cpus();
  auto usable = restricted(machine, allowed);
  return usable.cpus().size() == allowed.size() ? usable : Topology(plain(allowed));
}

Topology synthetic_topology(const std::string& description) {
  Hwloc hwloc;
  if (::hwloc_topology_set_synthetic(hwloc.get(), description.c_str()) != 0) {
    throw BadUsage("hwloc cannot read the topology " + in_quotes(description));
  }
  return loaded(hwloc, description);
}

Topology topology_from_xml(const std::string& xml) {
  Hwloc hwloc;
  // Its length counts the 0 at its end.
  if (::hwloc_topology_set_xmlbuffer(hwloc.get(), xml.c_str(), static_cast<int>(xml.size() + 1)) !=
      0) {
    throw BadUsage("hwloc cannot read the topology " + in_quotes(xml.substr(0, 40)));
  }
  return loaded(hwloc, xml.substr(0, 40));
}

std::string cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t end = i;
    while (end + 1 < cpus.size() && cpus[end + 1] == cpus[end] + 1) ++end;
    text += (text.empty() ? "" : ",") + std::to_string(cpus[i]);
    if (end > i) text += "-" + std::to_string(cpus[end]);
    i = end + 1;
  }
  return text;
}

}  // namespace harness
