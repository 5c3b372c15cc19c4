#include "harness/command/fleet.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <random>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/lists.h"
#include "harness/command/subcommand.h"
#include "harness/command/variables.h"
#include "harness/fleet/fleet.h"
#include "harness/fleet/program.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

constexpr char kMeaning[] =
    "Measures many machines alike: bench-all fleet --out DIR [OPTIONS] -- ARGUMENTS OF run";

struct Wanted {
  std::string out, nodes, constraint, via, folder;
  std::vector<std::string> arguments;  // after `--`
  bool dry_run = false;
};

std::string new_id() {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", std::random_device()());
  return text;
}

// Held from the look at what is there until it is submitted. Waits for another call.
class FleetLock {
 public:
  explicit FleetLock(const fs::path& folder)
      : fd_(::open((folder / "fleet.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) cannot_write(folder);
    ::flock(fd_, LOCK_EX);
  }
  ~FleetLock() { ::close(fd_); }
  FleetLock(const FleetLock&) = delete;
  FleetLock& operator=(const FleetLock&) = delete;

 private:
  int fd_;
};

// Throws BadUsage if `run` would refuse the arguments: on a node this would be seen too late.
void check_arguments(const std::vector<std::string>& arguments) {
  for (const auto& each : arguments) {
    if (each == "--out" || each == "-o" || each.rfind("--out=", 0) == 0) {
      throw BadUsage("fleet: " + in_quotes(each) +
                     " stands before `--`: each node gets a folder in it");
    }
  }
  std::vector<std::string> command{this_program(), "run", "--dry-run"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  try {
    answer_of(command);
  } catch (const EngineError& why) {
    const std::string said = why.what();
    const std::string mark = "bench-all: ";
    throw BadUsage("fleet: `run` refuses what is after `--`: " +
                   said.substr(said.rfind(mark) + mark.size()));
  }
}

// Nodes draw no report: it would take longer than many a run.
std::vector<std::string> without_report(std::vector<std::string> arguments) {
  add_once(arguments, std::string("--no-report"));
  return arguments;
}

FleetPlan new_plan(const Wanted& wanted, Engine& engine, const std::string& via) {
  return {new_id(), via, engine.nodes(wanted.nodes, wanted.constraint),
          without_report(wanted.arguments)};
}

// Throws BadUsage if a later call asks for something else than the first: results would be mixed.
void expect_same(const FleetPlan& plan, const Wanted& wanted) {
  if (wanted.arguments.empty() || without_report(wanted.arguments) == plan.arguments) return;
  throw BadUsage("fleet: " + wanted.out + " is measured with other arguments (" +
                 shell_words(plan.arguments) +
                 "); leave them out, or choose another folder by --out");
}

// Adds the nodes that this call names and the plan does not have: a fleet grows.
void add_nodes(FleetPlan& plan, const Wanted& wanted, Engine& engine) {
  if (wanted.nodes.empty() && wanted.constraint.empty() && plan.via != "local") return;
  for (const auto& node : engine.nodes(wanted.nodes, wanted.constraint)) {
    add_once(plan.nodes, node);
  }
}

// Returns what is in the folder by now, which another call may have begun meanwhile, with the nodes of `mine`.
FleetPlan joined(FleetPlan now, const FleetPlan& mine, const Wanted& wanted) {
  expect_same(now, wanted);
  for (const auto& node : mine.nodes) add_once(now.nodes, node);
  return now;
}

// Of `local`, the nodes are the machines that have measured into the folder, and this one.
FleetPlan mine_alone(const FleetPlan& plan, Engine& engine) {
  if (plan.via != "local") return plan;
  FleetPlan mine = plan;
  mine.nodes = engine.nodes("", "");
  return mine;
}

int say_plan(const FleetPlan& plan, const fs::path& folder, Engine& engine, bool is_new) {
  for (const auto& node : plan.nodes) {
    if (!is_new && measured_in(folder / node).state == Measured::State::kDone) continue;
    std::cout << engine.plan({plan.id, node, folder / node, plan.arguments}) << "\n";
  }
  return kOk;
}

int start(const Wanted& wanted) {
  if (wanted.out.empty()) throw BadUsage("fleet: name the folder for the results by --out DIR");
  const fs::path folder = fs::absolute(wanted.out).lexically_normal();
  auto plan = read_plan(folder);
  const bool is_new = !plan;
  const std::string via = !wanted.via.empty() ? wanted.via : plan ? plan->via : "local";
  if (plan && via != plan->via) {
    throw BadUsage("--via: " + wanted.out + " was begun by " + plan->via +
                   "; choose another folder by --out");
  }
  const auto engine = make_engine(via);
  if (is_new || !wanted.arguments.empty()) check_arguments(wanted.arguments);
  if (is_new) plan = new_plan(wanted, *engine, via);
  expect_same(*plan, wanted);
  add_nodes(*plan, wanted, *engine);
  if (wanted.dry_run) return say_plan(mine_alone(*plan, *engine), folder, *engine, is_new);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw BadUsage("--out: " + in_quotes(wanted.out) + " cannot be made: " + failed.message());
  std::optional<FleetLock> lock(std::in_place, folder);
  if (const auto now = read_plan(folder)) plan = joined(*now, *plan, wanted);
  write_plan(folder, *plan);
  if (via == "local") lock.reset();  // the other machines need not wait for this one
  return heal(mine_alone(*plan, *engine), folder, *engine);
}

int status(const Wanted& wanted) {
  const fs::path folder = fs::absolute(wanted.folder).lexically_normal();
  const auto plan = read_plan(folder);
  if (!plan)
    throw BadUsage(in_quotes(wanted.folder) +
                   " holds no fleet; `bench-all fleet --out DIR` begins one");
  return say_status(status_of(*plan, folder, *make_engine(plan->via)));
}

void declare(CLI::App& app, Wanted& wanted) {
  app.name("bench-all fleet");
  app.footer(
      "Calling it again submits what is neither done nor queued.\n"
      "Slurm's own variables choose the rest: SBATCH_PARTITION, SBATCH_ACCOUNT, "
      "SBATCH_TIMELIMIT\n\n"
      "Exit codes: 0 all is submitted or done; status: all is done. 2 wrong usage. 3 a node can "
      "never run this,\n"
      "or its job was refused. status: 4 not all is done. 7 cannot write");
  app.add_option("-o,--out", wanted.out, "folder for the results, shared by the nodes")
      ->type_name("DIR")
      ->check(not_empty());
  app.add_option("--nodes", wanted.nodes, "n1,n2 or n[1-4]")->type_name("LIST")->check(not_empty());
  app.add_option("--constraint", wanted.constraint, "all nodes with this feature")
      ->type_name("FEATURE")
      ->check(not_empty());
  app.add_option("--via", wanted.via, "local (default): this machine, now; or slurm")
      ->type_name("ENGINE")
      ->check(not_empty());
  app.add_flag("-n,--dry-run", wanted.dry_run, "print what would be submitted");
  app.add_subcommand("status", "what has become of each node")
      ->add_option("folder", wanted.folder, "the folder of a fleet")
      ->check(not_empty())
      ->required();
  accept_variables(app);
}

}  // namespace

CommandReference fleet_command() {
  Wanted wanted;
  CLI::App app;
  declare(app, wanted);
  return {"fleet", kMeaning, options_of(app, {{"--via", {"local", "slurm"}}}), {"status"}};
}

int fleet(int argc, char** argv) try {
  Wanted wanted;
  CLI::App app{kMeaning};
  declare(app, wanted);
  char** end = std::find(argv + 1, argv + argc, std::string("--"));
  if (end != argv + argc) wanted.arguments.assign(end + 1, argv + argc);
  if (const auto code = answered("fleet", app, static_cast<int>(end - argv) - 1, argv + 1))
    return *code;
  remove_variables();
  return app.got_subcommand("status") ? status(wanted) : start(wanted);
} catch (const EngineError& why) {
  std::cerr << "bench-all: " << why.what() << "\n";
  return kFailed;
} catch (const fs::filesystem_error& why) {
  throw CannotWrite(why.what());
}

}  // namespace harness
