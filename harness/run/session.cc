#include "harness/run/session.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/judge/stored_run.h"
#include "harness/measure/measurement.h"
#include "harness/measure/usage.h"
#include "harness/record/baseline.h"
#include "harness/record/environment.h"
#include "harness/record/report.h"
#include "harness/record/tables.h"
#include "harness/run/launcher.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr Seconds kStarting{0.05};  // a launch, beside what it measures
constexpr Seconds kDrawing{22};     // the report, and starting up

std::string new_run_id() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

Folder folder_of(const RunSettings& settings, const std::string& started) {
  if (!settings.out.empty()) return Folder(settings.out);
  std::string name = started.substr(0, 19) + "-" + settings.profile;
  std::replace(name.begin(), name.end(), ':', '-');
  return Folder::fresh(results_folder() / name);
}

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

// A row is one line of text, whatever bytes a contender wrote, and however many.
void make_printable(Json& row) {
  constexpr std::size_t kLongest = 1000;
  for (Json& value : row) {
    if (!value.is_string()) continue;
    const auto text = value.get<std::string>();
    value = one_line(text.substr(0, kLongest)) + (text.size() > kLongest ? "..." : "");
  }
}

}  // namespace

std::chrono::nanoseconds timeout_of(const Case& of, const RunSettings& settings) {
  if (of.scenario->parties == nullptr) return settings.timeout;
  const auto parties = std::clamp<std::int64_t>(of.scenario->parties(of.point), 0, kMostTallies);
  return settings.timeout + parties * Measurement::kPatiencePerParty;
}

Schedule schedule_of(const std::vector<Case>& cases, const RunSettings& settings,
                     const std::vector<Interpreter>& interpreters) {
  const Seconds measuring = settings.warmup + settings.windows * settings.window;
  const Seconds drawing = settings.no_report ? Seconds{} : kDrawing;
  return Schedule(cases,
                  {.rounds = settings.launches,
                   .seed = settings.seed,
                   .shuffled = settings.shuffled,
                   .budget = std::max(Seconds{}, settings.budget - drawing)},
                  [&](const Case& each) {
                    const Interpreter* python = interpreter_of(each, interpreters);
                    return measuring + kStarting + (python == nullptr ? Seconds{} : python->start);
                  });
}

Session::Session(const RunSettings& settings, std::vector<Case> cases,
                 std::vector<Interpreter> interpreters, std::vector<std::string> command)
    : settings_(settings),
      cases_(std::move(cases)),
      interpreters_(std::move(interpreters)),
      command_(std::move(command)),
      run_id_(new_run_id()),
      schedule_(schedule_of(cases_, settings, interpreters_)) {}

int Session::run() {
  if (!settings_.resume.empty()) return go_on();
  const std::string started = utc_text(std::chrono::system_clock::now());
  const Json facts = opening(started);  // first: until something is made, a signal ends it at once
  std::optional<FinishFirst> finishing(std::in_place);
  const Folder folder = folder_of(settings_, started);
  folder_ = folder.path();
  const int code = measure_into(folder, facts);
  finishing.reset();
  return report(code);
}

// Draws it, and says where all is.
int Session::report(int code) const {
  if (code == kCannotWrite) return code;
  if (!settings_.no_report && interrupted() == 0) draw_report({folder_.string()});
  if (!settings_.quiet) std::cout << "results: " << folder_.string() << std::endl;
  return code;
}

// Goes on with a run that was not finished.
int Session::go_on() {
  folder_ = fs::absolute(settings_.resume).lexically_normal();
  const Json now = environment();
  std::optional<FinishFirst> finishing(std::in_place);
  EventLog log(folder_);
  const Json facts = facts_of_unfinished(folder_);
  auto differences = unlike(facts, now);
  for (const char* key : {"version", "git_sha"}) {
    const Json then = facts.at("tool").value(key, Json());
    if (then != now.at("tool").at(key)) differences.push_back("another revision of bench-all");
  }
  if (!differences.empty()) {
    throw BadUsage("--resume: this is not what the run began with (" + differences.front() +
                   "); begin a new run");
  }
  take_over(cut_back(folder_));
  const int code = complete_log(log);
  finishing.reset();
  return report(code);
}

// Counts what was measured before, so that it is not measured again.
void Session::take_over(const Unfinished& run) {
  run_id_ = run.facts.at("run_id");
  std::map<std::string, const Case*> cases;
  for (const auto& each : cases_) cases[each.name] = &each;
  for (const auto& row : run.rows) {
    const std::string status = row.at("status");
    const auto of = cases.find(row.at("case"));
    if (of == cases.end()) {
      throw BadUsage("--resume: " + std::string(row.at("case")) +
                     " is no case of this run any more; begin a new one");
    }
    outcomes_.add(row);
    schedule_.already(of->first, row.at("launch"));
    if (status == "skipped" || status == "timeout") schedule_.drop(*of->second);
  }
}

int Session::measure_into(const Folder& folder, const Json& facts) {
  std::optional<EventLog> log;
  try {
    log.emplace(folder.path());
    log->append(facts);
    write_run(folder.path(), {facts});
  } catch (...) {
    folder.take_back();
    throw;
  }
  return complete_log(*log);
}

// Measures what is still to come, and writes the tables.
int Session::complete_log(EventLog& log) {
  try {
    measure(log);
    finish(log, folder_);
  } catch (const std::exception& why) {
    reap_orphans();
    std::cerr << "bench-all: cannot write results: " << why.what()
              << "; what was measured until then is in events.jsonl there\n";
    return kCannotWrite;
  }
  return outcomes_.exit_code();
}

Json Session::opening(const std::string& started) const {
  Json event = {{"event", "run"},
                {"run_id", run_id_},
                {"command", command_},
                {"variables", settings_.variables},
                {"profile", settings_.profile},
                {"seed", settings_.seed},
                {"launches", settings_.launches},
                {"started_utc", started},
                {"settings",
                 {{"windows", settings_.windows},
                  {"window_ns", settings_.window.count()},
                  {"warmup_ns", settings_.warmup.count()}}}};
  if (settings_.injected_delay_ns) {
    event["settings"]["injected_delay_ns"] = *settings_.injected_delay_ns;
  }
  if (settings_.budget != Schedule::kNoBudget) event["budget_s"] = settings_.budget.count();
  event["interpreters"] = Json::object();
  for (const auto& each : interpreters_) event["interpreters"][each.label] = each.path;
  event["questions"] = Json::object();
  event["contenders"] = Json::object();
  for (const auto& each : cases_) {
    event["questions"][std::string(each.scenario->name)] = std::string(each.scenario->question);
    for (const auto& contender : each.scenario->contenders) {
      event["contenders"][contender.name] = {{"label", contender.label},
                                             {"family", contender.family}};
    }
  }
  event.update(environment());
  return event;
}

void Session::measure(EventLog& log) {
  Progress progress(std::cerr, progress_style(settings_.quiet ? "none" : settings_.progress));
  const auto began = Clock::now() - std::chrono::duration_cast<Clock::duration>(schedule_.before());
  while (interrupted() == 0) {
    const Seconds elapsed = Clock::now() - began;
    const auto launch = schedule_.next(elapsed);
    if (!launch) break;
    progress.show(schedule_.launches() - 1, elapsed, schedule_.time_left(elapsed),
                  launch->of->name);
    take(run_launch(order_of(*launch), timeout_of(*launch->of, settings_)), *launch, log, progress);
    schedule_.took(*launch->of, Clock::now() - began - elapsed);
  }
  progress.end(schedule_.launches());
}

// A case that cannot run here, or that hangs, is asked once.
void Session::take(std::vector<Json> lines, const Launch& launch, EventLog& log,
                   Progress& progress) {
  for (Json& line : lines) {
    complete(line["row"], launch);
    const std::string status = line["row"]["status"];
    outcomes_.add(line["row"]);
    if (status == "skipped" || status == "timeout") schedule_.drop(*launch.of);
    if (status == "failed" || status == "timeout") {
      progress.went_wrong(launch.of->name, status, Outcomes::reason_of(line["row"]));
    }
    Json event = {{"event", "sample"}, {"rows", lines.size()}};
    event.update(line);
    log.append(event);
  }
}

Json Session::order_of(const Launch& launch) const {
  Json point = Json::object();
  for (const auto& [name, value] : launch.of->point.values()) {
    std::visit([&, name = name](const auto& plain) { point[std::string(name)] = plain; }, value);
  }
  const Interpreter* python = interpreter_of(*launch.of, interpreters_);
  Json order = {{"scenario", std::string(launch.of->scenario->name)},
                {"point", point},
                {"seed", settings_.seed + static_cast<std::uint64_t>(launch.round)},
                {"load", launch.of->load()},
                {"interpreter", python == nullptr ? "" : python->path},
                {"program", program_of(*launch.of, settings_.programs)},
                {"warmup_ns", settings_.warmup.count()},
                {"window_ns", settings_.window.count()},
                {"windows", settings_.windows}};
  if (settings_.injected_delay_ns) order["injected_delay_ns"] = *settings_.injected_delay_ns;
  return order;
}

// Adds what the launch does not know of itself.
void Session::complete(Json& row, const Launch& launch) const {
  make_printable(row);
  const Case& of = *launch.of;
  row["schema_version"] = 1;
  row["run_id"] = run_id_;
  row["case"] = of.name;
  row["scenario"] = std::string(of.scenario->name);
  row["family"] = std::string(of.scenario->family);
  row["launch"] = launch.round;
  row["order_index"] = schedule_.launches() - 1;
  row["seed"] = std::to_string(settings_.seed);
  row["load"] = of.load();
  if (!row.contains("repetition")) row["repetition"] = 1;
  const auto& values = of.point.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string column(of.scenario->parameters[i].column);
    if (row.contains(column) || to_string(values[i].second) == "none") continue;
    std::visit([&](const auto& plain) { row[column] = plain; }, values[i].second);
  }
}

void Session::finish(EventLog& log, const fs::path& folder) {
  log.append({{"event", "end"},
              {"finished_utc", utc_text(std::chrono::system_clock::now())},
              {"launches_made", schedule_.launches()},
              {"launches_left_out", schedule_.left_out()},
              {"exit_code", outcomes_.exit_code()}});
  write_tables(folder);
  if (outcomes_.exit_code() == kNothingRan) outcomes_.say_why_nothing_ran();
  if (schedule_.left_out() > 0 && !settings_.quiet) {
    std::cerr << "bench-all: left out " << counted(schedule_.left_out(), "launch", "launches")
              << " to end within " << settings_.budget.count() << " s (--time-budget), made "
              << schedule_.launches() << "\n";
  }
}

}  // namespace harness
