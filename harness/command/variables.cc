#include "harness/command/variables.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "harness/base/errors.h"

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

// Why the option does not take this value; empty if it does.
std::string refusal_of(CLI::Option& option, const std::string& value) {
  try {
    for (int i = 0;; ++i) {
      const CLI::Validator& validator = *option.get_validator(i);
      if (auto why = validator(value); !why.empty()) return why;
    }
  } catch (const CLI::OptionNotFound&) {  // it has no more validators
    return {};
  }
}

}  // namespace

void accept_variables(CLI::App& app, const std::function<bool(const CLI::Option*)>& wanted) {
  for (auto* option : app.get_options()) {
    const auto names = option->get_lnames();
    if (names.empty() || names[0] == "help" || names[0] == "version" || !wanted(option)) continue;
    option->envname(variable_of(names[0]));
  }
  for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
    accept_variables(*command, wanted);
  }
}

void refuse_ignored_variables(CLI::App& app) {
  for (auto* option : app.get_options()) {
    const std::string name = option->get_envname();
    const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
    if (value == nullptr || *value == '\0' || option->count() > 0) continue;
    const std::string why = refusal_of(*option, value);
    if (!why.empty()) throw CLI::ValidationError(name, why);
  }
  for (auto* command : app.get_subcommands()) refuse_ignored_variables(*command);
}

bool is_from_variable(const CLI::Option& option) {
  if (option.get_envname().empty()) return false;
  const char* value = std::getenv(option.get_envname().c_str());
  return value != nullptr && option.results().size() == 1 && option.results()[0] == value;
}

bool is_from_variable_alone(const CLI::Option& option, int argc, char** argv) {
  const std::string name = option.get_name();
  return is_from_variable(option) && std::none_of(argv, argv + argc, [&](const std::string& word) {
           return word == name || word.rfind(name + "=", 0) == 0;
         });
}

std::string named_by_variable(const CLI::App& app, const std::string& message) {
  for (const auto* option : app.get_options()) {
    const std::string name = option->get_name();
    if (!is_from_variable(*option)) continue;
    if (message.rfind(name + ": ", 0) == 0) {
      return option->get_envname() + message.substr(name.size());
    }
    // "--dry-run excludes --resume"
    const auto at = message.find(" excludes ");
    if (at != std::string::npos && message.substr(0, at) == name) {
      return option->get_envname() + message.substr(at);
    }
    if (at != std::string::npos && message.substr(at + 10) == name) {
      return message.substr(0, at + 10) + option->get_envname();
    }
    // "Could not convert: --strict = maybe"
    if (message.rfind("Could not convert: " + name + " = ", 0) == 0) {
      return option->get_envname() + ": " + in_quotes(option->results()[0]) +
             " is neither true nor false";
    }
  }
  for (const auto* command :
       app.get_subcommands([](const CLI::App* each) { return each->parsed(); })) {
    const auto named = named_by_variable(*command, message);
    if (named != message) return named;
  }
  return message;
}

std::map<std::string, std::string> variables() {
  std::map<std::string, std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (text.rfind(kPrefix, 0) == 0) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return all;
}

void remove_variables() {
  for (const auto& [name, value] : variables()) ::unsetenv(name.c_str());
}

}  // namespace harness
