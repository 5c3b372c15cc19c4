// The script that completes bench-all in bash.
#include "harness/base/lists.h"
#include "harness/command/shell_completion.h"

namespace harness {
namespace {

using Value = OptionReference::Value;
using Paths = CommandReference::Paths;

// The functions that every case calls, and the search for the command.
constexpr char kHead[] =
    R"(# bash completion for bench-all, as `bench-all completion bash` writes it
_bench_all_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
# A list: what comes after the last comma.
_bench_all_list() {
  local earlier=
  [[ $current == *,* ]] && earlier=${current%,*},
  mapfile -t COMPREPLY < <(compgen -P "$earlier" -W "$1" -- "${current##*,}")
  compopt -o nospace 2>/dev/null
}
# Folders (-d) or all files (-f), beside the words that there are. As names of files bash quotes them, and lets
# one go on in a folder.
_bench_all_paths() {
  local typed=${current#[\"\']} found
  mapfile -t found < <(compgen "$1" -- "${typed//\\/}")
  COMPREPLY+=("${found[@]}")
  compopt -o filenames 2>/dev/null
}
_bench_all() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  # --option=value is three words
  [[ $current == = ]] && current= || { [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}; }
)";

std::string value(const OptionReference& option) {
  const auto words = shell_quoted(joined(option.words));
  switch (option.value) {
    case Value::kNone:
      return {};
    case Value::kWord:
      return "_bench_all_words " + words + "; ";
    case Value::kList:
      return "_bench_all_list " + words + "; ";
    case Value::kFolder:
      return "_bench_all_paths -d; ";
    case Value::kFile:
      return "_bench_all_paths -f; ";
    case Value::kText:
      return {};
  }
  return {};
}

// What a command takes: the value of the option before it, an option, or its arguments.
std::string body(const std::vector<OptionReference>& options, const std::vector<std::string>& words,
                 Paths paths) {
  std::string text = "      case $before in\n";
  for (const auto& option : options) {
    if (option.value == Value::kNone) continue;
    text += "        " + joined(option.names, "|") + ") " + value(option) + "return ;;\n";
  }
  text += "      esac\n      if [[ $current == -* ]]; then _bench_all_words " +
          shell_quoted(joined(names_of(options))) + "; return; fi\n";
  if (!words.empty()) text += "      _bench_all_words " + shell_quoted(joined(words)) + "\n";
  if (paths != Paths::kNone) {
    text += std::string("      _bench_all_paths ") + (paths == Paths::kAny ? "-f" : "-d") + "\n";
  }
  return text + "      ;;\n";
}

}  // namespace

std::string bash_completion(const Reference& reference) {
  std::vector<std::string> with_value;
  for (const auto& option : reference.options) {
    if (option.value == Value::kNone) continue;
    with_value.insert(with_value.end(), option.names.begin(), option.names.end());
  }
  std::string text = std::string(kHead) +
                     "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
                     "    case ${COMP_WORDS[i]} in\n"
                     "      --) command=run; break ;;  # behind it stand the arguments of `run`, "
                     "also those of a fleet\n"
                     "      " +
                     joined(names_of(reference.commands), "|") +
                     ") command=${command:-${COMP_WORDS[i]}} ;;\n"
                     "      " +
                     joined(with_value, "|") +
                     ")  # and its value, which is no command\n"
                     "        [[ ${COMP_WORDS[i+1]} == = ]] && ((++i)); ((++i)) ;;\n"
                     "    esac\n  done\n  case $command in\n";
  for (const auto& command : reference.commands) {
    text += "    " + command.name + ")\n" + body(command.options, command.arguments, command.paths);
  }
  auto words = names_of(reference.commands);
  for (auto& name : reference.scenario_names()) words.push_back(std::move(name));
  return text + "    *)\n" + body(reference.options, words, Paths::kNone) +
         "  esac\n}\ncomplete -F _bench_all bench-all\n";
}

}  // namespace harness
