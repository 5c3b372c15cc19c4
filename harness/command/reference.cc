#include "harness/command/reference.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace harness {
namespace {

using Value = OptionReference::Value;

Value value_of(const CLI::Option& option, bool has_words) {
  if (option.get_items_expected_max() == 0) return Value::kNone;
  const std::string type = option.get_type_name();
  if (type == "LIST") return Value::kList;
  if (has_words) return Value::kWord;
  return type == "DIR" ? Value::kFolder : type == "PATH" ? Value::kFile : Value::kText;
}

}  // namespace

const std::string& OptionReference::name() const {
  const auto is_long = [](const std::string& name) { return name.starts_with("--"); };
  const auto found = std::find_if(names.begin(), names.end(), is_long);
  return found == names.end() ? names.front() : *found;
}

std::vector<OptionReference> options_of(
    const CLI::App& app, const std::map<std::string, std::vector<std::string>>& words) {
  std::vector<OptionReference> all;
  for (const CLI::Option* option : app.get_options()) {
    OptionReference facts;
    for (const auto& name : option->get_snames()) facts.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) facts.names.push_back("--" + name);
    if (facts.names.empty()) continue;  // a positional argument
    const auto known = words.find(facts.name());
    if (known != words.end()) facts.words = known->second;
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
