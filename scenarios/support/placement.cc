#include "scenarios/support/placement.h"

#include <optional>

namespace scenarios {
namespace {

using harness::Nearness;
using harness::Topology;
using std::string;

struct Word {
  const char* word;
  Nearness nearness;
  const char* column;
  const char* meaning;  // what the machine needs
};

constexpr Word kWords[] = {
    {"same", Nearness::kSame, "same core", "a CPU"},
    {"smt", Nearness::kSmt, "smt", "two threads of one core"},
    {"l3", Nearness::kL3, "l3", "two cores that share an L3 cache"},
    {"socket", Nearness::kSocket, "socket", "two cores of one socket that share no L3 cache"},
    {"numa", Nearness::kNuma, "numa", "two cores of different NUMA nodes or sockets"},
};

const harness::Cpu& cpu_of(const Topology& machine, int number) {
  for (const auto& cpu : machine.cpus()) {
    if (cpu.number == number) return cpu;
  }
  throw std::out_of_range("no CPU " + std::to_string(number));
}

std::optional<Nearness> nearness_of_apart(const Topology& machine) {
  const auto pair = machine.cores_apart();
  if (!pair) return std::nullopt;
  return nearness_of(cpu_of(machine, pair->first), cpu_of(machine, pair->second));
}

CpuPair placed(harness::Run& run, const std::pair<int, int>& cpus, const char* column) {
  run.note("cpus", joined({cpus.first, cpus.second}));
  run.note("placement", column);
  return {cpus.first, cpus.second};
}

CpuPair place_apart(harness::Run& run, const Topology& machine) {
  const auto cpus = machine.cores_apart();
  if (!cpus) run.skip("only one CPU is allowed; ask for --placement together");
  return placed(run, *cpus, nearness_of_apart(machine) == Nearness::kSmt ? "smt" : "core");
}

}  // namespace

string joined(const std::vector<int>& cpus) {
  string text;
  for (const int cpu : cpus) text += (text.empty() ? "" : ";") + std::to_string(cpu);
  return text;
}

harness::Parameter placement_axis(const Topology& machine) {
  harness::Parameter axis{
      .name = "placement",
      .column = "placement",
      .sweep = {string("apart"), string("together")},
      .meaning =
          "a core for each of two, or one for both (apart, together), or the nearest that the two "
          "CPUs share (same, smt, l3, socket, numa); many: a core each (apart), one for all "
          "(together, same), compact or scatter",
      .alias = "cpus"};
  for (const Word& each : kWords) {
    const bool differs =
        each.nearness != Nearness::kSame && each.nearness != nearness_of_apart(machine);
    const bool swept = differs && machine.pair(each.nearness).has_value();
    (swept ? axis.sweep : axis.more).emplace_back(string(each.word));
  }
  return axis;
}

CpuPair place_two(harness::Run& run, const Topology& machine) {
  const string& wanted = run.text("placement");
  if (wanted == "apart") return place_apart(run, machine);
  for (const Word& each : kWords) {
    if (wanted != each.word && !(wanted == "together" && each.nearness == Nearness::kSame))
      continue;
    if (const auto cpus = machine.pair(each.nearness)) return placed(run, *cpus, each.column);
    run.skip(string("the CPUs that are allowed have no ") + each.meaning +
             "; `bench-all env` shows them");
  }
  throw std::logic_error("--placement " + wanted);
}

harness::Parameter spread_axis() {
  return {.name = "placement",
          .column = "placement",
          .sweep = {string("none")},
          .meaning = placement_axis().meaning,
          .alias = "cpus",
          .more = {string("apart"), string("together"), string("same"), string("compact"),
                   string("scatter")}};
}

std::vector<int> place_in_turn(harness::Run& run, int workers, const Topology& machine) {
  const string& wanted = run.text("placement");
  const auto order = wanted == "compact"   ? machine.compact()
                     : wanted == "scatter" ? machine.scatter()
                                           : machine.in_turn();
  const std::size_t shared_by = is_on_one_cpu(run) ? 1 : order.size();
  std::vector<int> cpus;
  for (int worker = 0; worker < workers; ++worker) {
    cpus.push_back(order[static_cast<std::size_t>(worker) % shared_by]);
  }
  const bool in_turn = wanted == "none" || wanted == "apart";
  run.note("cpus", joined(cpus));
  run.note("placement", shared_by == 1 ? "same core" : in_turn ? "in turn" : wanted.c_str());
  return cpus;
}

}  // namespace scenarios
