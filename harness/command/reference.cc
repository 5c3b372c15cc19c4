#include "harness/command/reference.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "harness/base/lists.h"

namespace harness {
namespace {

using Value = OptionReference::Value;

Value value_of(const CLI::Option& option, bool has_words) {
  if (option.get_items_expected_max() == 0) return Value::kNone;
  const std::string type = option.get_type_name();
  if (type == "LIST") return Value::kList;
  if (has_words) return Value::kWord;
  if (type == "DIR") return Value::kFolder;
  return type == "PATH" || type == "FILE" ? Value::kFile : Value::kText;
}

// Those of CLI::IsMember, which stand in the type: "TEXT:{table,json}".
std::vector<std::string> checked_words(const std::string& type) {
  const auto begin = type.find(":{"), end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return split(type.substr(begin + 2, end - begin - 2), ',');
}

}  // namespace

const std::string& OptionReference::name() const {
  const auto is_long = [](const std::string& name) { return name.starts_with("--"); };
  const auto found = std::find_if(names.begin(), names.end(), is_long);
  return found == names.end() ? names.front() : *found;
}

std::vector<std::string> Reference::scenario_names() const {
  std::vector<std::string> names;
  for (const auto* scenario : scenarios) names.emplace_back(scenario->name);
  return names;
}

std::vector<OptionReference> options_of(
    const CLI::App& app, const std::map<std::string, std::vector<std::string>>& words,
    const std::function<bool(const CLI::Option*)>& has) {
  std::vector<OptionReference> all;
  for (const CLI::Option* option : app.get_options()) {
    OptionReference facts;
    for (const auto& name : option->get_snames()) facts.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) facts.names.push_back("--" + name);
    if (facts.names.empty() || !has(option)) continue;  // without a name: a positional argument
    const auto known = words.find(facts.name());
    facts.words = known != words.end() ? known->second : checked_words(option->get_type_name());
    facts.meaning = option->get_description();
    facts.value = value_of(*option, !facts.words.empty());
    // A range stands behind a colon: "INT:INT in [1 - 100]".
    const std::string type = option->get_type_name();
    if (facts.value != Value::kNone) facts.type = type.substr(0, type.find(':'));
    facts.is_axis = option->get_group().starts_with("Axes");
    all.push_back(std::move(facts));
  }
  return all;
}

const std::vector<ExitCodeMeaning>& exit_code_meanings() {
  static const std::vector<ExitCodeMeaning> all = {
      {"0", "measured"},
      {"1", "ab, compare, --baseline: something is worse"},
      {"2", "wrong usage"},
      {"3", "a case failed"},
      {"4",
       "ab, compare, --baseline: not comparable, nothing to judge, or (ab, compare --strict) "
       "undecided"},
      {"5", "nothing could run here"},
      {"6", "a case hung"},
      {"7", "cannot write results"},
      {"129, 130, 143", "ended by a signal; rows are kept"},
  };
  return all;
}

}  // namespace harness
