#include "harness/run/order.h"

#include <algorithm>
#include <variant>

#include "harness/base/cpus.h"
#include "harness/base/json.h"
#include "harness/measure/measurement.h"
#include "harness/measure/tally.h"

namespace harness {
namespace {

constexpr Seconds kStarting{0.035};  // a launch, beside what it measures

// Returns the command of the case's contender, if that is a program.
std::vector<std::string> program_of(const Case& of, const std::vector<Program>& programs) {
  for (const auto& each : programs) {
    if (of.contender() == each.name) return each.command;
  }
  return {};
}

const Interpreter* interpreter_of(const Case& of, const std::vector<Interpreter>& interpreters) {
  for (const auto& [name, value] : of.point.values()) {
    for (const auto& each : interpreters) {
      if (to_string(value) == each.label) return &each;
    }
  }
  return nullptr;
}

}  // namespace

std::chrono::nanoseconds timeout_of(const Case& of, const RunSettings& settings) {
  if (of.scenario->parties == nullptr) return settings.timeout;
  const auto parties = std::clamp<std::int64_t>(of.scenario->parties(of.point), 0, kMostTallies);
  return settings.timeout + parties * Measurement::kPatiencePerParty;
}

// The figures are drawn side by side (scripts/data/side_by_side.py).
Seconds time_of_report(const RunSettings& settings, std::size_t cpus, const CgroupQuota& quota) {
  constexpr double kReading = 4, kDrawing = 18;  // of one CPU
  constexpr std::size_t kMostWorkers = 8;        // MOST there
  if (settings.no_report) return Seconds{};
  const auto workers = static_cast<double>(std::clamp(cpus, std::size_t{1}, kMostWorkers));
  const double most = quota.cpus().value_or(workers);
  return Seconds(kReading / std::min(1.0, most) + kDrawing / std::min(workers, most));
}

Schedule schedule_of(const std::vector<Case>& cases, const RunSettings& settings,
                     const std::vector<Interpreter>& interpreters) {
  const Seconds measuring = settings.warmup + settings.windows * settings.window;
  return Schedule(cases,
                  {.rounds = settings.launches,
                   .seed = settings.seed,
                   .shuffled = settings.shuffled,
                   .budget = std::max(Seconds{}, settings.budget - time_of_report(settings))},
                  [&](const Case& each) {
                    const Interpreter* python = interpreter_of(each, interpreters);
                    return measuring + kStarting + (python == nullptr ? Seconds{} : python->start);
                  });
}

Json order_of(const Launch& launch, const RunSettings& settings,
              const std::vector<Interpreter>& interpreters) {
  Json point = Json::object();
  for (const auto& [name, value] : launch.of->point.values()) {
    std::visit([&, name = name](const auto& plain) { point[std::string(name)] = plain; }, value);
  }
  const Interpreter* python = interpreter_of(*launch.of, interpreters);
  Json order = {{"scenario", std::string(launch.of->scenario->name)},
                {"point", point},
                {"seed", settings.seed + static_cast<std::uint64_t>(launch.round)},
                {"load", launch.of->load()},
                {"interpreter", python == nullptr ? "" : python->path},
                {"program", program_of(*launch.of, settings.programs)},
                {"warmup_ns", settings.warmup.count()},
                {"window_ns", settings.window.count()},
                {"windows", settings.windows}};
  if (settings.injected_delay_ns) order["injected_delay_ns"] = *settings.injected_delay_ns;
  return order;
}

}  // namespace harness
