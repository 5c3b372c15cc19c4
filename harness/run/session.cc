#include "harness/run/session.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/judge/run_facts.h"
#include "harness/measure/usage.h"
#include "harness/record/baseline.h"
#include "harness/record/environment.h"
#include "harness/record/report.h"
#include "harness/record/tables.h"
#include "harness/run/facts.h"
#include "harness/run/launcher.h"
#include "harness/run/order.h"
#include "harness/run/showing.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

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

// A run that an older bench-all began has no content of its program, and none is known without /proc: then its version and
// commit have to do.
bool is_same_program(const Json& then, const Json& now) {
  const Json linked = then.value("linked", Json()), content = then.value("content", Json());
  if (linked.is_string() && now.at("linked").is_string() && linked != now.at("linked"))
    return false;
  if (content.is_string() && now.at("content").is_string()) return content == now.at("content");
  return then.value("version", Json()) == now.at("version") &&
         then.value("git_sha", Json()) == now.at("git_sha");
}

// Returns the contenders whose programs are not what they were, as far as the run knows: an older one does not.
std::vector<std::string> exchanged_programs(const Json& facts, const Json& now) {
  std::vector<std::string> names;
  const Json then = facts.value("programs", Json::object());
  for (const auto& [name, files] : then.items()) {
    if (files != now.value(name, Json())) names.push_back(name);
  }
  return names;
}

}  // namespace

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
  // First: until something is made, a signal ends it at once.
  const Json facts = opening_of({run_id_, command_, started}, settings_, cases_, interpreters_);
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
  if (interrupted() != 0) {
    std::cerr << "bench-all: interrupted after "
              << counted(schedule_.launches(), "launch", "launches")
              << ", without a report; `bench-all run --resume " << one_line(folder_.string())
              << "` goes on, `bench-all report " << one_line(folder_.string())
              << "` draws what is there" << std::endl;
  }
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
  if (!is_same_program(facts.at("tool"), now.at("tool"))) {
    differences.push_back(
        "another program: bench-all was built anew, of other sources or at another commit, or "
        "loads another library");
  }
  for (const auto& name : exchanged_programs(facts, contents_of(settings_.programs))) {
    differences.push_back("another program: " + name + " of --contender-program was changed");
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
    see(*of->second, row);
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
  } catch (const LogMoved& why) {
    reap_orphans();
    std::cerr << "bench-all: cannot write results: " << why.what() << "\n";
    return kCannotWrite;
  } catch (const std::exception& why) {
    reap_orphans();
    std::cerr << "bench-all: cannot write results: " << why.what()
              << "; what was measured until then is in events.jsonl there\n";
    return kCannotWrite;
  }
  return outcomes_.exit_code();
}

void Session::measure(EventLog& log) {
  Progress progress(std::cerr, progress_style(settings_.quiet ? "none" : settings_.progress));
  const auto began = Clock::now() - std::chrono::duration_cast<Clock::duration>(schedule_.before());
  const std::size_t before = schedule_.launches();
  while (interrupted() == 0) {
    const Seconds elapsed = Clock::now() - began;
    const auto launch = schedule_.next(elapsed);
    if (!launch) break;
    progress.show(schedule_.launches() - 1, elapsed, schedule_.time_left(elapsed),
                  launch->of->name);
    take(
        run_launch(order_of(*launch, settings_, interpreters_), timeout_of(*launch->of, settings_)),
        *launch, log, progress);
    schedule_.took(*launch->of, Clock::now() - began - elapsed);
  }
  const bool measured = schedule_.launches() > before || interrupted() != 0;
  if (measured || settings_.resume.empty()) {
    progress.end(schedule_.launches());
  } else {
    progress.had_ended(before);
  }
}

// The first round shows what the answers will rest on.
void Session::see(const Case& of, const Json& row) {
  if (row.at("launch") != 1) return;
  if (const auto shown = showing_of(of, row)) schedule_.showed(*shown);
}

// A case that cannot run here, or that hangs, is asked once.
void Session::take(std::vector<Json> lines, const Launch& launch, EventLog& log,
                   Progress& progress) {
  const RowOrigin origin{run_id_, settings_.seed, schedule_.launches() - 1};
  for (Json& line : lines) {
    complete(line["row"], launch, origin);
    const std::string status = line["row"]["status"];
    outcomes_.add(line["row"]);
    see(*launch.of, line["row"]);
    if (status == "skipped" || status == "timeout") schedule_.drop(*launch.of);
    if (status == "failed" || status == "timeout") {
      progress.went_wrong(launch.of->name, status, Outcomes::reason_of(line["row"]));
    }
    Json event = {{"event", "sample"}, {"rows", lines.size()}};
    event.update(line);
    log.append(event);
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
