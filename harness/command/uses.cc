#include "harness/command/uses.h"

#include <string>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/command/variables.h"

namespace harness {

using Command = Options::Command;

bool is_used(const CLI::Option* option, Command by, const std::vector<UsedBy>& uses) {
  for (const auto& [known, commands] : uses) {
    if (known == option) return contains(commands, by);
  }
  return true;
}

void check_resume(const Options& options, const std::vector<UsedBy>& uses) {
  const auto refuse = [](const std::string& what) {
    throw BadUsage(what +
                   ": a run that is resumed has the options that it began with; leave it out");
  };
  for (const auto& [option, commands] : uses) {
    const std::string name = option->get_name();
    const bool may =
        name == "--resume" || name == "--quiet" || name == "--progress" || name == "--no-report";
    if (!may && option->count() > 0 && !is_from_variable(*option)) refuse(name);
  }
  if (!options.selection.filters.empty()) refuse(in_quotes(options.selection.filters.front()));
}

void check_use(const Options& options, const std::string& command,
               const std::vector<UsedBy>& uses) {
  for (const auto& [option, commands] : uses) {
    if (option->count() == 0 || contains(commands, options.command)) continue;
    throw BadUsage(option->get_name() + ": `" + command + "` does not use it; leave it out");
  }
  const auto& filters = options.selection.filters;
  if (options.command == Command::kRun || options.command == Command::kList || filters.empty()) {
    return;
  }
  throw BadUsage(in_quotes(filters.front()) + ": only `run` and `list` take a filter");
}

}  // namespace harness
