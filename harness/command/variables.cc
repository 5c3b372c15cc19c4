#include "harness/command/variables.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

namespace harness {
namespace {

constexpr char kPrefix[] = "BENCH_ALL_";

std::string variable_of(const std::string& long_name) {
  std::string name = kPrefix;
  for (const unsigned char c : long_name) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  }
  return name;
}

}  // namespace

void accept_variables(CLI::App& app) {
  for (auto* option : app.get_options()) {
    const auto names = option->get_lnames();
    if (names.empty() || names[0] == "help" || names[0] == "version") continue;
    option->envname(variable_of(names[0]));
  }
  for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
    accept_variables(*command);
  }
}

bool is_from_variable(const CLI::Option& option) {
  if (option.get_envname().empty()) return false;
  const char* value = std::getenv(option.get_envname().c_str());
  return value != nullptr && option.results() == std::vector<std::string>{value};
}

void remove_variables() {
  std::vector<std::string> names;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.rfind(kPrefix, 0) == 0) names.push_back(text.substr(0, text.find('=')));
  }
  for (const auto& name : names) ::unsetenv(name.c_str());
}

}  // namespace harness
