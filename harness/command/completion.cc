#include "harness/command/completion.h"

#include "harness/command/shell_completion.h"

namespace harness {

std::string shell_quoted(const std::string& text) {
  std::string escaped = "'";
  for (const char c : text) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return escaped + "'";
}

std::vector<std::string> names_of(const std::vector<OptionReference>& options) {
  std::vector<std::string> names;
  for (const auto& option : options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::vector<std::string> names_of(const std::vector<CommandReference>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command.name);
  return names;
}

std::string completion(const Reference& reference, const std::string& shell) {
  if (shell == "bash") return bash_completion(reference);
  return shell == "zsh" ? zsh_completion(reference) : fish_completion(reference);
}

}  // namespace harness
