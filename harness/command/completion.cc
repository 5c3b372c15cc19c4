#include "harness/command/completion.h"

#include <algorithm>

#include "harness/base/lists.h"

namespace harness {
namespace {

using Value = OptionReference::Value;
using Words = std::vector<std::string>;

// For a text in single quotes.
std::string quoted(const std::string& text) {
  std::string escaped = "'";
  for (const char c : text) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return escaped + "'";
}

Words names_of(const std::vector<OptionReference>& options) {
  Words names;
  for (const auto& option : options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

Words command_names(const Reference& reference) {
  Words names;
  for (const auto& command : reference.commands) names.push_back(command.name);
  return names;
}

Words scenario_names(const Reference& reference) {
  Words names;
  for (const auto* scenario : reference.scenarios) names.emplace_back(scenario->name);
  return names;
}

// ---- bash

std::string bash_value(const OptionReference& option) {
  switch (option.value) {
    case Value::kNone:
      return {};
    case Value::kWord:
      return "COMPREPLY=($(compgen -W '" + joined(option.words) + "' -- \"$current\"))";
    case Value::kList:
      return "_bench_all_list '" + joined(option.words) + "'";
    case Value::kFolder:
      return "COMPREPLY=($(compgen -d -- \"$current\"))";
    case Value::kFile:
      return "COMPREPLY=($(compgen -f -- \"$current\"))";
    case Value::kText:
      return "COMPREPLY=()";
  }
  return {};
}

std::string bash_cases(const std::vector<OptionReference>& options) {
  std::string text;
  for (const auto& option : options) {
    const std::string completes = bash_value(option);
    if (completes.empty()) continue;
    text += "    " + joined(option.names, "|") + ") " + completes + "; return ;;\n";
  }
  return text;
}

// The general options are those of run, list, report and env; the others have their own.
std::string bash_command(const CommandReference& command) {
  std::string text = "    " + command.name + ")\n";
  if (!command.options.empty()) {
    text += "      options='" + joined(names_of(command.options)) + "'\n";
  }
  if (!command.arguments.empty()) text += "      words='" + joined(command.arguments) + "'\n";
  return text + "      break ;;\n";
}

std::string bash(const Reference& reference) {
  std::string text =
      "# bash completion for bench-all, as `bench-all completion bash` writes it\n"
      "# A list: what comes after the last comma.\n"
      "_bench_all_list() {\n"
      "  local before=\n"
      "  [[ $current == *,* ]] && before=${current%,*},\n"
      "  COMPREPLY=($(compgen -P \"$before\" -W \"$1\" -- \"${current##*,}\"))\n"
      "  compopt -o nospace 2>/dev/null\n"
      "}\n"
      "_bench_all() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} word\n"
      "  local options='" +
      joined(names_of(reference.options)) + "'\n  local words='" +
      joined(command_names(reference)) + " " + joined(scenario_names(reference)) +
      "'\n"
      "  # --option=value is three words\n"
      "  [[ $current == = ]] && current= || { [[ $before == = ]] && "
      "before=${COMP_WORDS[COMP_CWORD-2]}; }\n"
      "  case $before in\n" +
      bash_cases(reference.options);
  for (const auto& command : reference.commands) {
    for (const auto& option : command.options) {
      const bool is_general =
          std::any_of(reference.options.begin(), reference.options.end(),
                      [&](const auto& each) { return each.name() == option.name(); });
      if (!is_general) text += bash_cases({option});
    }
  }
  text +=
      "    report) COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
      "  esac\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $word in\n";
  for (const auto& command : reference.commands) {
    if (!command.options.empty() || !command.arguments.empty()) text += bash_command(command);
  }
  return text +
         "    esac\n"
         "  done\n"
         "  [[ $current == -* ]] && words=$options\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -F _bench_all bench-all\n";
}

// ---- zsh

std::string zsh_value(const OptionReference& option) {
  const std::string of = ":" + option.type + ":";
  switch (option.value) {
    case Value::kNone:
      return {};
    case Value::kWord:
      return of + "(" + joined(option.words) + ")";
    case Value::kList:
      return of + "_values -s , value " + joined(option.words);
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
std::string zsh_meaning(const std::string& meaning) {
  std::string escaped;
  for (const char c : meaning) {
    if (c == '[' || c == ']' || c == ':') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_arguments(const std::vector<OptionReference>& options) {
  std::string text;
  for (const auto& option : options) {
    for (const auto& name : option.names) {
      text += "    " +
              quoted("*" + name +
                     (option.value == Value::kNone ? ""
                      : name.starts_with("--")     ? "="
                                                   : "+") +
                     "[" + zsh_meaning(option.meaning) + "]" + zsh_value(option)) +
              " \\\n";
    }
  }
  return text;
}

std::string zsh(const Reference& reference) {
  std::string text =
      "#compdef bench-all\n# as `bench-all completion zsh` writes it\n_bench-all() {\n"
      "  local -a commands scenarios\n  commands=(\n";
  for (const auto& command : reference.commands) {
    text += "    " + quoted(command.name + ":" + command.meaning) + "\n";
  }
  text += "  )\n  scenarios=(" + joined(scenario_names(reference)) + ")\n  case ${words[2]} in\n";
  for (const auto& command : reference.commands) {
    if (command.options.empty() && command.arguments.empty()) continue;
    text += "  " + command.name + ") _arguments \\\n" + zsh_arguments(command.options) +
            "    '2: :(" + joined(command.arguments) + ")' '*: :_files'; return ;;\n";
  }
  return text + "  report) _files -/; return ;;\n  esac\n  _arguments \\\n" +
         zsh_arguments(reference.options) +
         "    '1: :{ _describe command commands; compadd -a scenarios }' \\\n"
         "    '*: :{ compadd -a scenarios }'\n}\n"
         "# Found in fpath it completes; sourced it says what it is for.\n"
         "if [[ $funcstack[1] == _bench-all ]]; then _bench-all \"$@\"; else compdef _bench-all "
         "bench-all; fi\n";
}

// ---- fish

std::string fish_option(const OptionReference& option, const std::string& condition) {
  std::string text = "complete -c bench-all" + condition;
  for (const auto& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.value) {
    case Value::kNone:
      break;
    case Value::kWord:
      text += " -x -a " + quoted(joined(option.words));
      break;
    case Value::kList:
      text += " -x -a \"(__fish_append , " + joined(option.words) + ")\"";
      break;
    case Value::kFolder:
      text += " -x -a '(__fish_complete_directories)'";
      break;
    case Value::kFile:
      text += " -r -F";
      break;
    case Value::kText:
      text += " -x";
      break;
  }
  return text + " -d " + quoted(option.meaning) + "\n";
}

std::string fish(const Reference& reference) {
  std::string text = "# as `bench-all completion fish` writes it\ncomplete -c bench-all -f\n";
  Words own;
  for (const auto& command : reference.commands) {
    if (!command.options.empty() || !command.arguments.empty()) own.push_back(command.name);
    text += "complete -c bench-all -n __fish_use_subcommand -a " + command.name + " -d " +
            quoted(command.meaning) + "\n";
  }
  const std::string general = " -n 'not __fish_seen_subcommand_from " + joined(own) + "'";
  text += "complete -c bench-all" + general + " -a '" + joined(scenario_names(reference)) + "'\n";
  text +=
      "complete -c bench-all -n '__fish_seen_subcommand_from report' -a "
      "'(__fish_complete_directories)'\n";
  for (const auto& option : reference.options) text += fish_option(option, general);
  for (const auto& command : reference.commands) {
    const std::string seen = " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const auto& option : command.options) text += fish_option(option, seen);
    if (command.arguments.empty()) continue;
    text += "complete -c bench-all" + seen + " -a '" + joined(command.arguments) + "'\n";
  }
  return text;
}

}  // namespace

std::string completion(const Reference& reference, const std::string& shell) {
  return shell == "bash" ? bash(reference) : shell == "zsh" ? zsh(reference) : fish(reference);
}

}  // namespace harness
