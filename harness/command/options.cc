#include "harness/command/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <random>

#include "harness/base/errors.h"
#include "harness/command/command_help.h"
#include "harness/command/completion.h"
#include "harness/command/profiles.h"
#include "harness/command/raw_options.h"
#include "harness/command/subcommand.h"
#include "harness/command/uses.h"
#include "harness/command/values.h"
#include "harness/command/variables.h"
#include "harness/run/progress.h"

namespace harness {
namespace {

using Command = Options::Command;

void check(Options& options, const RawOptions& raw) {
  const auto profile = profiles().find(options.profile);
  if (profile == profiles().end()) {
    throw BadUsage("--profile: there is no " + in_quotes(options.profile) +
                   "; choose smoke, quick or full");
  }
  const Profile& chosen = profile->second;
  options.selection.smoke = options.profile == "smoke";
  options.selection.quick = options.profile == "quick" && options.selection.filters.empty();
  options.launches =
      raw.launches ? between("--launches", *raw.launches, 1, 10'000) : chosen.launches;
  options.windows =
      raw.windows ? between("--windows", *raw.windows, 1, kMaxWindows) : chosen.windows;
  options.warmup = raw.warmup ? duration("--warmup", *raw.warmup) : chosen.warmup;
  options.window = raw.window ? duration("--window", *raw.window) : chosen.window;
  // --launches asks for all of them: the profile's budget does not apply.
  if (!raw.launches) options.budget = chosen.budget;
  if (raw.budget) {
    options.budget =
        *raw.budget == "none" ? Schedule::kNoBudget : duration("--time-budget", *raw.budget);
  }
  if (raw.out && raw.out->empty()) throw BadUsage("--out: the name of the folder is empty");
  options.out = raw.out.value_or("");
  options.resume = raw.resume.value_or("");
  if (raw.resume && raw.resume->empty())
    throw BadUsage("--resume: the name of the folder is empty");
  options.timeout = (raw.timeout ? duration("--timeout", *raw.timeout) : chosen.timeout) +
                    options.warmup + options.windows * options.window;
  const auto& progress = options.progress;
  if (std::find(kProgressWords.begin(), kProgressWords.end(), progress) == kProgressWords.end()) {
    throw BadUsage("--progress: there is no " + in_quotes(progress) +
                   "; choose auto, plain or none");
  }
  if (raw.injected_delay) {
    options.injected_delay_ns = decimal("--injected-delay", *raw.injected_delay, 0, 1e9);
  }
  if (raw.order != "random" && raw.order != "given") {
    throw BadUsage("--order: there is no " + in_quotes(raw.order) + "; choose random or given");
  }
  options.shuffled = raw.order == "random";
  options.programs = programs_from(raw.programs);
  for (const auto& each : options.programs) options.selection.programs.push_back(each.name);
  if (!options.shell.empty() &&
      std::find(kShells.begin(), kShells.end(), options.shell) == kShells.end()) {
    throw BadUsage("completion: there is no " + in_quotes(options.shell) +
                   "; choose bash, zsh or fish");
  }
  options.selection.interpreters_named = !options.pythons.empty();
  options.seed = raw.seed ? seed_of(*raw.seed) : std::random_device()();
}

void check_format(const std::string& format, const RawOptions& raw) {
  const auto& known = raw.words.at("--format");
  if (format.empty() || std::find(known.begin(), known.end(), format) != known.end()) return;
  throw BadUsage("--format: there is no " + in_quotes(format) + "; choose md, html or json");
}

const std::map<std::string, Command> kCommands = {
    {"run", Command::kRun},       {"list", Command::kList},  {"env", Command::kEnv},
    {"report", Command::kReport}, {"man", Command::kManual}, {"completion", Command::kCompletion}};

std::string name_of(Command command) {
  const auto is_it = [&](const auto& each) { return each.second == command; };
  return std::find_if(kCommands.begin(), kCommands.end(), is_it)->first;
}

// Which command the words name. What is wrong with them is said when they are parsed with their variables.
Command command_in(int argc, char** argv, const std::vector<const Scenario*>& scenarios) {
  Options options;
  RawOptions raw;
  CLI::App app;
  declare(app, scenarios, options, raw);
  accept_variables(app, [](const auto* option) { return option->get_name() == "--list"; });
  try {
    app.parse(argc, argv);
  } catch (const std::exception&) {  // CLI11's and BadUsage
  }
  const auto named = app.get_subcommands();
  const Command command = named.empty() ? Command::kRun : kCommands.at(named.front()->get_name());
  return raw.list && command == Command::kRun ? Command::kList : command;
}

}  // namespace

Reference reference_of(const std::vector<const Scenario*>& scenarios) {
  Options options;
  RawOptions raw;
  CLI::App app;
  declare(app, scenarios, options, raw);
  Reference all{options_of(app, raw.words), {}, scenarios};
  for (const CLI::App* sub : app.get_subcommands(nullptr)) {
    const Command named = kCommands.at(sub->get_name());
    const auto has = [&](const auto* option) { return is_used(option, named, raw.uses); };
    CommandReference command{
        sub->get_name(), sub->get_description(), options_of(app, raw.words, has), {}};
    command.is_general = true;
    if (named == Command::kCompletion) command.arguments = kShells;
    if (named == Command::kReport) command.paths = CommandReference::Paths::kFolders;
    if (named == Command::kRun || named == Command::kList) {
      command.arguments = all.scenario_names();
    }
    all.commands.push_back(std::move(command));
  }
  return all;
}

Options parse_command_line(int argc, char** argv, const std::vector<const Scenario*>& scenarios) {
  Options options;
  RawOptions raw;
  CLI::App app{
      "Measures Python's concurrency toolbox in C++ beside everything else one might pick."};
  declare(app, scenarios, options, raw);
  const Command command = command_in(argc, argv, scenarios);
  accept_variables(app, [&](const auto* option) { return is_used(option, command, raw.uses); });
  try {
    app.parse(argc, argv);
    refuse_ignored_variables(app);
    check(options, raw);
  } catch (const CLI::CallForHelp&) {
    const auto named = app.get_subcommands();
    const auto name = named.empty() ? "" : named.front()->get_name();
    if (named.empty()) accept_variables(app);  // it shows all
    options.answer = named.empty() ? app.get_formatter()->make_help(&app, app.get_name(),
                                                                    CLI::AppFormatMode::Normal)
                                   : help_of(app, kCommands.at(name), name, raw);
    options.command = Command::kAnswer;
  } catch (const CLI::CallForVersion& wanted) {
    options.answer = std::string(wanted.what()) + "\n";
    options.command = Command::kAnswer;
  } catch (const CLI::ParseError& mistake) {
    throw BadUsage(named_by_variable(app, mistake_text(app, mistake)) + "; see bench-all --help");
  } catch (const BadUsage& mistake) {
    throw BadUsage(named_by_variable(app, mistake.what()));
  }
  if (options.command == Command::kAnswer) return options;
  for (const CLI::App* named : app.get_subcommands())
    options.command = kCommands.at(named->get_name());
  if (raw.list && options.command == Command::kRun) options.command = Command::kList;
  check_use(options, name_of(options.command), raw.uses);
  if (options.command == Command::kReport) check_format(options.report_format, raw);
  if (!options.resume.empty()) check_resume(options, raw.uses);
  return options;
}

}  // namespace harness
