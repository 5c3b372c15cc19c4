// The script that completes bench-all in fish.
#include "harness/base/lists.h"
#include "harness/command/shell_completion.h"

namespace harness {
namespace {

using Value = OptionReference::Value;
using Paths = CommandReference::Paths;

constexpr char kFolders[] = " -a '(__fish_complete_directories)'";

std::string value(const OptionReference& option) {
  switch (option.value) {
    case Value::kNone:
      return {};
    case Value::kWord:
      return " -x -a " + shell_quoted(joined(option.words));
    case Value::kList:
      if (option.words.empty()) return " -x";
      return " -x -a \"(__fish_append , " + joined(option.words) + ")\"";
    case Value::kFolder:
      return std::string(" -x") + kFolders;
    case Value::kFile:
      return " -r -F";
    case Value::kText:
      return " -x";
  }
  return {};
}

std::string lines_of(const std::vector<OptionReference>& options, const std::string& line) {
  std::string text;
  for (const auto& option : options) {
    text += line;
    for (const auto& name : option.names) {
      text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    text += value(option) + " -d " + shell_quoted(option.meaning) + "\n";
  }
  return text;
}

std::string lines_of(const CommandReference& command) {
  const std::string line =
      "complete -c bench-all -n '__fish_seen_subcommand_from " + command.name + "'";
  std::string text = lines_of(command.options, line);
  if (!command.arguments.empty()) {
    text += line + " -a " + shell_quoted(joined(command.arguments)) + "\n";
  }
  if (command.paths == Paths::kFolders) text += line + kFolders + "\n";
  if (command.paths == Paths::kAny) text += line + " -F\n";
  return text;
}

}  // namespace

std::string fish_completion(const Reference& reference) {
  std::string text = "# as `bench-all completion fish` writes it\ncomplete -c bench-all -f\n";
  for (const auto& command : reference.commands) {
    text += "complete -c bench-all -n __fish_use_subcommand -a " + command.name + " -d " +
            shell_quoted(command.meaning) + "\n";
  }
  const std::string without_command = "complete -c bench-all -n 'not __fish_seen_subcommand_from " +
                                      joined(names_of(reference.commands)) + "'";
  text += without_command + " -a " + shell_quoted(joined(reference.scenario_names())) + "\n" +
          lines_of(reference.options, without_command);
  for (const auto& command : reference.commands) text += lines_of(command);
  return text;
}

}  // namespace harness
