#include "harness/run/facts.h"

#include <filesystem>
#include <system_error>
#include <variant>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

// A row is one line of text, whatever bytes a contender wrote, and however many.
void make_printable(Json& row) {
  constexpr std::size_t kLongest = 1000;
  for (Json& value : row) {
    if (!value.is_string()) continue;
    const auto text = value.get<std::string>();
    value = one_line(text.substr(0, kLongest)) + (text.size() > kLongest ? "..." : "");
  }
}

// Where relative paths of the command begin; empty if that folder is gone.
std::string current_folder() {
  std::error_code none;
  return std::filesystem::current_path(none).string();
}

}  // namespace

Json contents_of(const std::vector<Program>& programs) {
  Json contents = Json::object();
  for (const auto& program : programs) {
    Json& files = contents[program.name] = Json::object();
    for (const auto& file : files_of(program)) files[file] = content_of(file);
  }
  return contents;
}

Json opening_of(const RunIdentity& run, const RunSettings& settings, const std::vector<Case>& cases,
                const std::vector<Interpreter>& interpreters) {
  Json event = {{"event", "run"},
                {"run_id", run.id},
                {"command", run.command},
                {"variables", settings.variables},
                {"folder", current_folder()},
                {"profile", settings.profile},
                {"seed", settings.seed},
                {"launches", settings.launches},
                {"started_utc", run.started_utc},
                {"settings",
                 {{"windows", settings.windows},
                  {"window_ns", settings.window.count()},
                  {"warmup_ns", settings.warmup.count()}}}};
  if (settings.injected_delay_ns) {
    event["settings"]["injected_delay_ns"] = *settings.injected_delay_ns;
  }
  if (settings.budget != Schedule::kNoBudget) event["budget_s"] = settings.budget.count();
  if (!settings.programs.empty()) event["programs"] = contents_of(settings.programs);
  event["interpreters"] = Json::object();
  for (const auto& each : interpreters) event["interpreters"][each.label] = each.path;
  event["questions"] = Json::object();
  event["contenders"] = Json::object();
  for (const auto& each : cases) {
    event["questions"][std::string(each.scenario->name)] = std::string(each.scenario->question);
    for (const auto& contender : each.scenario->contenders) {
      event["contenders"][contender.name] = {{"label", one_line(contender.label)},
                                             {"family", one_line(contender.family)}};
    }
  }
  event.update(environment());
  return event;
}

void complete(Json& row, const Launch& launch, const RowOrigin& origin) {
  make_printable(row);
  const Case& of = *launch.of;
  row["schema_version"] = 1;
  row["run_id"] = origin.run_id;
  row["case"] = of.name;
  row["scenario"] = std::string(of.scenario->name);
  row["family"] = std::string(of.scenario->family);
  row["launch"] = launch.round;
  row["order_index"] = origin.order_index;
  row["seed"] = std::to_string(origin.seed);
  row["load"] = of.load();
  if (!row.contains("repetition")) row["repetition"] = 1;
  const auto& values = of.point.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string column(of.scenario->parameters[i].column);
    if (row.contains(column) || to_string(values[i].second) == "none") continue;
    std::visit([&](const auto& plain) { row[column] = plain; }, values[i].second);
  }
}

}  // namespace harness
