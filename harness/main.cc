// bench-all: choose the cases, launch them, write down what they say.
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "harness/environment.h"
#include "harness/events.h"
#include "harness/launch.h"
#include "harness/launcher.h"
#include "harness/options.h"
#include "harness/programs.h"
#include "harness/progress.h"
#include "harness/tables.h"
#include "harness/usage.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

enum Exit { kOk = 0, kUsage = 2, kFailed = 3, kNothingRan = 5, kHung = 6, kCannotWrite = 7 };

void on_signal(int number) { interrupted.store(number); }

void install_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

// Makes the folder of a run, or says why it cannot be.
fs::path prepare_folder(const Options& options, const std::string& started) {
  const bool chosen = !options.out.empty();
  std::string name = started.substr(0, 19) + "-" + options.profile;
  std::replace(name.begin(), name.end(), ':', '-');
  const fs::path folder =
      chosen ? fs::path(options.out) : fs::path(source_dir()) / "results" / "local" / name;
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    throw BadUsage("--out: " + folder.string() + " is not a folder");
  }
  if (fs::exists(folder / "events.jsonl", error)) {
    throw BadUsage("--out: " + folder.string() + " holds a run already; name another folder");
  }
  fs::create_directories(folder, error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    throw BadUsage("--out: cannot write to " + folder.string() +
                   (error ? " (" + error.message() + ")" : ""));
  }
  return folder;
}

std::string new_run_id() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

// Draws the report of a folder. Without an interpreter that can draw, says so and leaves the tables.
void draw(const fs::path& folder) {
  const std::string python = find_plotter();
  if (python.empty()) {
    std::cerr << "bench-all: no plots: no python3 can import matplotlib; install it "
                 "(apt-get install python3-matplotlib) or name one in GILFREE_PYTHON, then run "
                 "bench-all report "
              << folder.string() << "\n";
    return;
  }
  const std::string script = source_dir() + "/scripts/report.py";
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp(python.c_str(), python.c_str(), script.c_str(), folder.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (status != 0) {
    std::cerr << "bench-all: the report was not drawn; try " << python << " " << script << " "
              << folder.string() << "\n";
  }
}

class Session {
 public:
  Session(const Options& options, std::vector<Case> cases, std::vector<Interpreter> interpreters,
          std::vector<std::string> command)
      : options_(options),
        cases_(std::move(cases)),
        interpreters_(std::move(interpreters)),
        command_(std::move(command)) {}

  int run() {
    const std::string started = utc_text(std::chrono::system_clock::now());
    const fs::path folder = prepare_folder(options_, started);
    run_id_ = new_run_id();
    try {
      EventLog log(folder);
      log.append(opening(started));
      measure(log);
      const int code = exit_code();
      log.append({{"event", "end"},
                  {"finished_utc", utc_text(std::chrono::system_clock::now())},
                  {"exit_code", code}});
      write_tables(folder);
      if (!options_.no_report && interrupted.load() == 0) draw(folder);
      if (!options_.quiet) std::cout << "results: " << folder.string() << std::endl;
      return code;
    } catch (const CannotWrite& why) {
      reap_orphans();
      std::cerr << "bench-all: cannot write results: " << why.what()
                << "; what was measured until then is in events.jsonl there\n";
      return kCannotWrite;
    }
  }

 private:
  Json opening(const std::string& started) const {
    Json event = {{"event", "run"},        {"run_id", run_id_},
                  {"command", command_},   {"profile", options_.profile},
                  {"seed", options_.seed}, {"launches", options_.launches},
                  {"started_utc", started}};
    Json pythons = Json::object();
    for (const auto& each : interpreters_) pythons[each.label] = each.path;
    event["interpreters"] = pythons;
    Json scenarios = Json::object();
    for (const auto& each : cases_) {
      scenarios[std::string(each.scenario->name)] = std::string(each.scenario->question);
    }
    event["questions"] = scenarios;
    event.update(environment());
    return event;
  }

  void measure(EventLog& log) {
    const auto launches = order(cases_, options_.launches, options_.seed, options_.shuffled);
    Progress progress(launches.size(), options_.quiet);
    std::set<const Case*> skipped;  // a case that cannot run here is asked once
    for (std::size_t i = 0; i < launches.size() && interrupted.load() == 0; ++i) {
      const Launch& next = launches[i];
      if (skipped.count(next.of) > 0) continue;
      progress.show(i, next.of->name);
      for (Json& line : run_launch(order_of(next), options_.timeout)) {
        complete(line["row"], next, i);
        const std::string status = line["row"]["status"];
        ++outcomes_[status];
        if (status == "skipped") skipped.insert(next.of);
        Json event = {{"event", "sample"}};
        event.update(line);
        log.append(event);
      }
    }
  }

  Json order_of(const Launch& next) const {
    Json point = Json::object();
    std::string interpreter;
    for (const auto& [name, value] : next.of->point.values()) {
      std::visit([&, &name = name](const auto& plain) { point[std::string(name)] = plain; }, value);
      for (const auto& each : interpreters_) {
        if (to_string(value) == each.label) interpreter = each.path;
      }
    }
    return {{"scenario", std::string(next.of->scenario->name)},
            {"point", point},
            {"seed", options_.seed + static_cast<std::uint64_t>(next.launch)},
            {"interpreter", interpreter},
            {"warmup_ns", options_.warmup.count()},
            {"window_ns", options_.window.count()},
            {"windows", options_.windows}};
  }

  // Adds what the launch does not know of itself.
  void complete(Json& row, const Launch& next, std::size_t index) const {
    const Case& of = *next.of;
    row["schema_version"] = 1;
    row["run_id"] = run_id_;
    row["case"] = of.name;
    row["scenario"] = std::string(of.scenario->name);
    row["family"] = std::string(of.scenario->family);
    row["launch"] = next.launch;
    row["order_index"] = index;
    row["seed"] = std::to_string(options_.seed);
    if (!row.contains("repetition")) row["repetition"] = 1;
    for (const auto& parameter : of.scenario->parameters) {
      const std::string column(parameter.column);
      if (row.contains(column)) continue;
      for (const auto& [name, value] : of.point.values()) {
        if (name != parameter.name || to_string(value) == "none") continue;
        std::visit([&](const auto& plain) { row[column] = plain; }, value);
      }
    }
  }

  int exit_code() const {
    const auto count = [&](const char* status) {
      const auto found = outcomes_.find(status);
      return found == outcomes_.end() ? 0 : found->second;
    };
    if (const int number = interrupted.load(); number != 0) return 128 + number;
    if (count("timeout") > 0) return kHung;
    if (count("failed") > 0) return kFailed;
    return count("ok") > 0 ? kOk : kNothingRan;
  }

  const Options& options_;
  std::vector<Case> cases_;
  std::vector<Interpreter> interpreters_;
  std::vector<std::string> command_;
  std::string run_id_;
  std::map<std::string, int> outcomes_;
};

void list(const Options& options, const std::vector<Case>& cases) {
  if (options.json) {
    Json names = Json::array();
    for (const auto& each : cases) names.push_back(each.name);
    std::cout << names.dump(1) << "\n";
    return;
  }
  for (const auto& each : cases) std::cout << each.name << "\n";
}

void dry_run(const Options& options, const std::vector<Case>& cases) {
  const auto launches = cases.size() * static_cast<std::size_t>(options.launches);
  const std::chrono::duration<double> each =
      options.warmup + options.windows * options.window + std::chrono::milliseconds(15);
  std::printf("%zu cases, %d launches each of %d windows: about %.0f s\n", cases.size(),
              options.launches, options.windows, each.count() * static_cast<double>(launches));
  list(options, cases);
}

int perform(int argc, char** argv, const std::vector<const Scenario*>& scenarios) {
  Options options = parse_command_line(argc, argv, scenarios);
  switch (options.command) {
    case Options::Command::kDone:
      return options.exit_code;
    case Options::Command::kEnv:
      std::cout << (options.json ? environment().dump(2) + "\n" : environment_text());
      return kOk;
    case Options::Command::kReport:
      write_tables(options.report);
      draw(options.report);
      return kOk;
    default:
      break;
  }
  auto interpreters = find_interpreters(options.pythons);
  for (const auto& each : interpreters) options.selection.interpreters.push_back(each.label);
  auto cases = select(scenarios, options.selection);
  if (options.command == Options::Command::kList) {
    list(options, cases);
    return kOk;
  }
  if (options.dry_run) {
    dry_run(options, cases);
    return kOk;
  }
  std::vector<std::string> command(argv, argv + argc);
  return Session(options, std::move(cases), std::move(interpreters), std::move(command)).run();
}

}  // namespace

int main(int argc, char** argv, const std::vector<const Scenario*>& scenarios) {
  if (argc == 3 && std::string(argv[1]) == "__launch") return launch(scenarios, argv[2]);
  install_handlers();
  adopt_orphans();
  try {
    int code = perform(argc, argv, scenarios);
    if (code == kOk && !std::cout.flush()) {
      std::cerr << "bench-all: cannot write to standard output\n";
      code = kCannotWrite;
    }
    return code;
  } catch (const BadUsage& mistake) {
    std::cerr << "bench-all: " << mistake.what() << "\n";
    return kUsage;
  } catch (const CannotWrite& why) {
    std::cerr << "bench-all: cannot write results: " << why.what() << "\n";
    return kCannotWrite;
  } catch (const std::exception& error) {
    std::cerr << "bench-all: " << error.what() << "\n";
    return kUsage;
  }
}

}  // namespace harness
