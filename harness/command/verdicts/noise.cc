#include "harness/command/verdicts/noise.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/command/subcommand.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/machine/machine_watch.h"
#include "harness/machine/noise.h"
#include "harness/measure/probes.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr char kMeaning[] = "how steady is this machine, and what disturbs it?";

struct NoiseOptions {
  std::string budget = "10s", format = "table";
};

void declare(CLI::App& app, NoiseOptions& options) {
  app.name("bench-all noise");
  app.footer(
      "Example: `bench-all noise --time-budget 30s`\n"
      "Exit codes: 0 it was measured; 2 wrong usage; 7 cannot write; 129, 130, 143 interrupted");
  app.add_option("-t,--time-budget", options.budget, "how long it measures (10s)")
      ->type_name("TIME");
  app.add_option("--format", options.format, "table (default) or json")
      ->check(CLI::IsMember({"table", "json"}));
  accept_variables(app);
}

// The probes in turn, so that what disturbs for a while disturbs all of them.
std::vector<ProbeSeries> measured(std::chrono::nanoseconds budget, MachineWatch& watch) {
  std::vector<ProbeSeries> series{{"compute", {}}, {"cache line", {}}, {"wake-up", {}}};
  const Probes probes;
  for (const auto end = Clock::now() + budget; Clock::now() < end;) {
    series[0].ns.push_back(probes.compute());
    if (const auto line = probes.cache_line()) series[1].ns.push_back(*line);
    series[2].ns.push_back(probes.wake_up());
    watch.look();
  }
  return series;
}

}  // namespace

CommandReference noise_command() {
  NoiseOptions options;
  CLI::App app;
  declare(app, options);
  return {"noise", kMeaning, options_of(app, {{"--format", {"table", "json"}}}), {}};
}

int noise(int argc, char** argv) {
  NoiseOptions options;
  CLI::App app{std::string("bench-all noise: ") + kMeaning};
  declare(app, options);
  if (const auto code = answered("noise", app, argc - 1, argv + 1)) return *code;
  const auto budget = duration("--time-budget", options.budget);
  MachineWatch watch;
  const auto series = measured(budget, watch);
  const MachineFacts facts = watch.facts();
  const NoiseReport report = noise_of(series, facts);
  std::cout << (options.format == "json" ? to_text(noise_json(report, facts), 1) + "\n"
                                         : noise_text(report));
  return kOk;
}

}  // namespace harness
