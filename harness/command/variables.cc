#include "harness/command/variables.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>
#include <vector>

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

// Whether CLI11 would take the value of a flag for false: 0, false, off, no and others.
bool is_false(const std::string& value) {
  CLI::App app;
  bool flag = true;
  app.add_flag("--flag", flag);
  try {
    app.parse(std::vector<std::string>{"--flag=" + value});
  } catch (const CLI::ParseError&) {  // neither true nor false: the option itself refuses it
    return false;
  }
  return !flag;
}

// An option that is given counts, whatever its value: `--resume` excludes a --dry-run that is false.
void forget_false_flag(const CLI::Option& option, const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (option.get_items_expected_max() > 0 || value == nullptr || *value == '\0') return;
  if (is_false(value)) ::unsetenv(name.c_str());
}

// Returns the variable of the option of this name if its value is from that, else the name.
std::string as_given(const CLI::App& app, const std::string& name) {
  for (const auto* option : app.get_options()) {
    if (option->get_name() == name && is_from_variable(*option)) return option->get_envname();
  }
  for (const auto* command :
       app.get_subcommands([](const CLI::App* each) { return each->parsed(); })) {
    if (const auto given = as_given(*command, name); given != name) return given;
  }
  return name;
}

}  // namespace

void accept_variables(CLI::App& app, const std::function<bool(const CLI::Option*)>& wanted) {
  for (auto* option : app.get_options()) {
    const auto names = option->get_lnames();
    if (names.empty() || names[0] == "help" || names[0] == "version" || !wanted(option)) continue;
    const std::string variable = variable_of(names[0]);
    forget_false_flag(*option, variable);
    option->envname(variable);
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
  // "--dry-run excludes --resume"
  constexpr std::string_view kExcludes = " excludes ";
  if (const auto at = message.find(kExcludes); at != std::string::npos) {
    const auto both = as_given(app, message.substr(0, at)) + std::string(kExcludes) +
                      as_given(app, message.substr(at + kExcludes.size()));
    if (both != message) return both;
  }
  for (const auto* option : app.get_options()) {
    const std::string name = option->get_name();
    if (!is_from_variable(*option)) continue;
    if (message.rfind(name + ": ", 0) == 0) {
      return option->get_envname() + message.substr(name.size());
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
