// bench-all: does what the command line asks for, and says in one line why it cannot.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <iostream>
#include <list>
#include <map>
#include <optional>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/base/linked.h"
#include "harness/command/completion.h"
#include "harness/command/fleet.h"
#include "harness/command/manual.h"
#include "harness/command/options.h"
#include "harness/command/resumed.h"
#include "harness/command/stress.h"
#include "harness/command/subcommand.h"
#include "harness/command/variables.h"
#include "harness/command/verdicts/baseline_use.h"
#include "harness/command/verdicts/compare.h"
#include "harness/command/verdicts/noise.h"
#include "harness/command/verdicts/stored.h"
#include "harness/fleet/kernel_lock.h"
#include "harness/plan/axes.h"
#include "harness/plan/interpreters.h"
#include "harness/plan/plan.h"
#include "harness/record/environment.h"
#include "harness/record/folder.h"
#include "harness/record/report.h"
#include "harness/record/tables.h"
#include "harness/run/launch.h"
#include "harness/run/launcher.h"
#include "harness/run/order.h"
#include "harness/run/session.h"

namespace harness {
namespace {

// A file that is opened later must not become one of the three standard streams.
void fill_closed_streams() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDONLY);  // writing to it fails, as it should
    if (fd > STDERR_FILENO) ::close(fd);
    if (fd < 0 || fd > STDERR_FILENO) return;
  }
}

void list(const Options& options, const std::vector<Case>& cases) {
  if (options.json) {
    Json names = Json::array();
    for (const auto& each : cases) names.push_back(each.name);
    std::cout << to_text(names, 1) << "\n";
    return;
  }
  for (const auto& each : cases) std::cout << each.name << "\n";
}

// Plays the run through without launching anything.
void dry_run(const Options& options, const std::vector<Case>& cases,
             const std::vector<Interpreter>& interpreters) {
  Schedule schedule = schedule_of(cases, options, interpreters);
  Seconds elapsed{};  // while measuring
  std::map<const Case*, int> launches;
  while (const auto launch = schedule.next(elapsed)) {
    elapsed += schedule.expected(*launch->of);
    ++launches[launch->of];
  }
  const Seconds whole = elapsed + time_of_report(options);
  const bool is_too_long = whole > options.budget * (1 + 1e-9);  // of sums
  std::cout << counted(cases.size(), "case") << ", "
            << counted(schedule.launches(), "launch", "launches") << " of "
            << counted(options.windows, "window") << ": about " << std::lround(whole.count())
            << " s" << (options.no_report ? "" : " with the report");
  if (is_too_long) {
    std::cout << "; all launches of decisive cases and one of each other need more than "
              << options.budget.count() << " s (--time-budget)";
  }
  if (schedule.left_out() > 0) {
    std::cout << "; leaves out " << counted(schedule.left_out(), "more launch", "more launches");
    if (!is_too_long) {
      std::cout << " to end within " << options.budget.count() << " s (--time-budget)";
    }
  }
  std::cout << "\n";
  for (const auto& each : cases) std::cout << launches[&each] << " " << each.name << "\n";
}

std::vector<const Scenario*> pointers_to(const std::list<Scenario>& scenarios) {
  std::vector<const Scenario*> all;
  for (const auto& each : scenarios) all.push_back(&each);
  return all;
}

int measure(Options& options, std::vector<std::string> command,
            const std::vector<const Scenario*>& scenarios) {
  const auto all = with_programs(scenarios, options.programs);
  std::vector<Interpreter> interpreters;
  if (!options.pythons.empty() || may_run_python(pointers_to(all), options.selection)) {
    interpreters = find_interpreters(options.pythons);
  }
  for (const auto& each : interpreters) options.selection.interpreters.push_back(each.label);
  auto cases = select(pointers_to(all), options.selection);
  if (options.command == Options::Command::kList) {
    list(options, cases);
    return kOk;
  }
  if (options.dry_run) {
    expect_baselines(options.baseline, options.save_baseline);
    if (!options.out.empty()) expect_free_for_run(options.out);
    dry_run(options, cases, interpreters);
    return kOk;
  }
  const BaselineUse baselines(options.baseline, options.save_baseline);
  Session session(options, std::move(cases), std::move(interpreters), std::move(command));
  const int code = session.run();
  return baselines.finish(code, session.folder());
}

// An option that a command shares with `run`, as --load, takes the same words.
void share_words(const Reference& general, std::vector<OptionReference>& options) {
  for (auto& option : options) {
    if (option.value != OptionReference::Value::kList || !option.words.empty()) continue;
    for (const auto& known : general.options) {
      if (known.name() == option.name()) option.words = known.words;
    }
  }
}

Reference whole_reference(const std::vector<const Scenario*>& scenarios,
                          const std::vector<const stress::Test*>& stress) {
  using Paths = CommandReference::Paths;
  Reference all = reference_of(scenarios);
  for (auto& command : comparison_commands()) {
    command.arguments = all.scenario_names();
    if (command.name == "ab") command.paths = Paths::kAny;  // a build may be a program or a folder
    share_words(all, command.options);
    all.commands.push_back(std::move(command));
  }
  all.commands.push_back(stored_command());
  all.commands.back().paths = Paths::kFolders;
  all.commands.push_back(fleet_command());
  all.commands.back().paths = Paths::kFolders;  // of `status`
  all.commands.push_back(stress_command(stress));
  all.commands.push_back(noise_command());
  return all;
}

// What `ab` and `stress` wrote has its tables already.
int report(const Options& options) {
  expect_reportable(options.reports);
  for (const auto& folder : options.reports) {
    if (!has_other_tables(folder)) write_tables(folder);
  }
  if (options.no_report) return kOk;
  return draw_report(options.reports, options.out, options.report_format);
}

int perform(int argc, char** argv, const std::vector<const Scenario*>& scenarios,
            const std::vector<const stress::Test*>& stress) {
  if (is_named(argc, argv, {"ab", "aa"})) return compare(argc, argv);
  if (is_named(argc, argv, {"compare"})) return compare_stored(argc, argv);
  if (is_named(argc, argv, {"fleet"})) return fleet(argc, argv);
  if (is_named(argc, argv, {"stress"})) return stress_tests(argc, argv, stress);
  if (is_named(argc, argv, {"noise"})) return noise(argc, argv);
  Options options = parse_command_line(argc, argv, scenarios);
  switch (options.command) {
    case Options::Command::kAnswer:
      std::cout << options.answer;
      return kOk;
    case Options::Command::kEnv:
      std::cout << (options.json ? to_text(environment(), 2) + "\n" : environment_text());
      return kOk;
    case Options::Command::kReport:
      return report(options);
    case Options::Command::kManual:
      std::cout << manual(whole_reference(scenarios, stress));
      return kOk;
    case Options::Command::kCompletion:
      std::cout << completion(whole_reference(scenarios, stress), options.shell);
      return kOk;
    default:
      if (!options.resume.empty()) options = options_of_resumed(options, scenarios);
      options.variables = variables();
      return measure(options, {argv, argv + argc}, scenarios);
  }
}

// A pipe that is read no more, as by `| head -1`: its reader has what it wanted, and is told nothing.
bool has_lost_its_reader(int fd) {
  pollfd output{fd, POLLOUT, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

// Returns the exit code, which is kCannotWrite if the answer was lost. What went wrong with a measurement, or ended
// it, says more.
int with_answer_written(int code) {
  const bool is_answer = code == kOk || code == kWorse || code == kIncomparable;
  if (std::cout.flush() || !is_answer) return code;
  if (!has_lost_its_reader(STDOUT_FILENO)) {
    std::cerr << "bench-all: cannot write to standard output\n";
  }
  return kCannotWrite;
}

// Signals whose default would end a measurement, or hide how its launches end.
void set_signals() {
  ::signal(SIGCHLD, SIG_DFL);  // were it ignored, no exit code could be read
  ::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an error with a message
  ::signal(SIGPIPE,
           SIG_IGN);  // so is output without a reader; ChildProgram gives programs the default back
  end_on_signals();
}

int complain(const std::exception& why, const char* what, int code) {
  std::cerr << "bench-all: " << what << why.what() << "\n";
  return code;
}

}  // namespace

int main(int argc, char** argv, const std::vector<const Scenario*>& added,
         const std::vector<const stress::Test*>& stress) {
  const auto with_axes = with_load(added);
  const auto scenarios = pointers_to(with_axes);
  if (argc == 3 && std::string(argv[1]) == "__launch") return launch(scenarios, argv[2]);
  (void)linked();  // before a plugin is loaded
  fill_closed_streams();
  set_signals();
  // A job of a fleet: `bench-all __node LOCK run ...` is `bench-all run ...` with a lock.
  std::optional<KernelLock> lock;
  if (argc > 3 && std::string(argv[1]) == "__node") {
    lock.emplace(argv[2]);
    argv[2] = argv[0];
    argc -= 2, argv += 2;
    if (!lock->is_ours()) {
      std::cerr << "bench-all: another job of this fleet measures this node\n";
      return kMeasuredElsewhere;
    }
  }
  adopt_orphans();
  try {
    return with_answer_written(perform(argc, argv, scenarios, stress));
  } catch (const CannotWrite& why) {
    return complain(why, "cannot write results: ", kCannotWrite);
  } catch (const std::exception& why) {
    return complain(why, "", kUsage);
  }
}

}  // namespace harness
