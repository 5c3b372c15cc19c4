#include "harness/command/command_help.h"

#include <vector>

namespace harness {
namespace {

using Command = Options::Command;

const char* footer_of(Command command) {
  switch (command) {
    case Command::kRun:
      return "Example: `bench-all run wakeup --launches 6 --out out`\n"
             "Exit codes: 0 measured; 1 worse than --baseline; 2 wrong usage; 3 a case failed; 4 "
             "not "
             "comparable with\n--baseline; 5 nothing could run here; 6 a case hung; 7 cannot "
             "write; "
             "129, 130, 143 ended by a signal:\n`bench-all run --resume DIR` goes on";
    case Command::kList:
      return "Example: `bench-all list wakeup --contender event`\n"
             "Exit codes: 0 listed; 2 wrong usage; 7 cannot write";
    case Command::kReport:
      return "Examples: `bench-all report results/local/RUN`, `bench-all report old new --out "
             "beside`\n"
             "Exit codes: 0 drawn; 2 wrong usage, or a folder that is none of these; 3 a part "
             "could "
             "not be drawn;\n7 cannot write";
    default:
      return "Exit codes: 0 written; 2 wrong usage; 7 cannot write";
  }
}

// Takes those that the command itself has, as the folders of `report`.
void take_positionals(CLI::App& app, const CLI::App& from) {
  static std::vector<std::string> several;
  static std::string one;
  for (auto* option : app.get_options()) {
    if (option->get_positional()) app.remove_option(option);
  }
  for (const auto* option : from.get_options()) {
    if (!option->get_positional()) continue;
    const auto name = option->get_name(true), meaning = option->get_description();
    auto* taken = option->get_items_expected_max() > 1 ? app.add_option(name, several, meaning)
                                                       : app.add_option(name, one, meaning);
    taken->required(option->get_required());
  }
}

}  // namespace

std::string help_of(CLI::App& app, Command command, const std::string& name,
                    const RawOptions& raw) {
  const CLI::App* named = app.get_subcommand(name);
  app.description("bench-all " + name + ": " + named->get_description());
  app.footer(footer_of(command));
  for (auto* option : app.get_options()) {
    if (!is_used(option, command, raw.uses)) app.remove_option(option);
  }
  take_positionals(app, *named);
  for (auto* each : app.get_subcommands(nullptr)) app.remove_subcommand(each);
  return app.get_formatter()->make_help(&app, "bench-all " + name, CLI::AppFormatMode::Normal);
}

}  // namespace harness
