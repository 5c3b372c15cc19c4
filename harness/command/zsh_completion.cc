// The script that completes bench-all in zsh.
#include "harness/base/lists.h"
#include "harness/command/shell_completion.h"

namespace harness {
namespace {

using Value = OptionReference::Value;
using Paths = CommandReference::Paths;

std::string value(const OptionReference& option) {
  const std::string of = ":" + option.type + ":";
  switch (option.value) {
    case Value::kNone:
      return {};
    case Value::kWord:
      return of + "(" + joined(option.words) + ")";
    case Value::kList:  // _values without a word is an error
      return of + (option.words.empty() ? "" : "_values -s , value " + joined(option.words));
    case Value::kFolder:
      return of + "_files -/";
    case Value::kFile:
      return of + "_files";
    case Value::kText:
      return of;
  }
  return {};
}

// In a specification of _arguments [ ] and : have a meaning.
std::string escaped(const std::string& meaning) {
  std::string text;
  for (const char c : meaning) {
    if (c == '[' || c == ']' || c == ':') text += '\\';
    text += c;
  }
  return text;
}

std::string arguments(const std::vector<OptionReference>& options) {
  std::string text;
  for (const auto& option : options) {
    for (const auto& name : option.names) {
      const bool is_long = name.starts_with("--");
      const char* joint = option.value == Value::kNone ? "" : is_long ? "=" : "+";
      text +=
          "    " +
          shell_quoted("*" + name + joint + "[" + escaped(option.meaning) + "]" + value(option)) +
          " \\\n";
    }
  }
  return text;
}

// The first argument is the command itself.
std::string of_command(const CommandReference& command) {
  std::string action;
  if (!command.arguments.empty()) action += "compadd -- " + joined(command.arguments) + "; ";
  if (command.paths == Paths::kFolders) action += "_files -/; ";
  if (command.paths == Paths::kAny) action += "_files; ";
  return "  " + command.name + ") _arguments \\\n" + arguments(command.options) + "    '1: :' " +
         shell_quoted("*: :" + (action.empty() ? "" : "{ " + action + "}")) + "; return ;;\n";
}

}  // namespace

std::string zsh_completion(const Reference& reference) {
  std::string text =
      "#compdef bench-all\n# as `bench-all completion zsh` writes it\n_bench-all() {\n"
      "  local -a commands scenarios\n"
      "  local -i end=${words[(i)--]}\n"
      "  # Behind -- stand the arguments of `run`, also those of a fleet.\n"
      "  if (( end < CURRENT )); then\n"
      "    words=(bench-all run \"${(@)words[end+1,-1]}\")\n"
      "    (( CURRENT -= end - 2 ))\n"
      "  fi\n"
      "  commands=(\n";
  for (const auto& command : reference.commands) {
    text += "    " + shell_quoted(command.name + ":" + command.meaning) + "\n";
  }
  text += "  )\n  scenarios=(" + joined(reference.scenario_names()) +
          ")\n  (( CURRENT > 2 )) && case ${words[2]} in\n";
  for (const auto& command : reference.commands) text += of_command(command);
  return text + "  esac\n  _arguments \\\n" + arguments(reference.options) +
         "    '1: :{ _describe command commands; compadd -a scenarios }' \\\n"
         "    '*: :{ compadd -a scenarios }'\n}\n"
         "# Found in fpath it completes; sourced it says what it is for.\n"
         "if [[ $funcstack[1] == _bench-all ]]; then _bench-all \"$@\"; else compdef _bench-all "
         "bench-all; fi\n";
}

}  // namespace harness
