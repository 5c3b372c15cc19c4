// Reference: what the command line of bench-all has, taken from the options themselves. `bench-all man` and
// `bench-all completion` are made of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace CLI {
class App;
}

namespace harness {

struct OptionReference {
  enum class Value { kNone, kWord, kList, kText, kFile, kFolder };

  std::vector<std::string> names;  // "-o", "--out"
  std::string type, meaning;       // "DIR", "folder for the results"
  Value value = Value::kNone;
  std::vector<std::string> words;  // of kWord and kList, those that are known
  bool is_axis = false;

  // The first long name.
  const std::string& name() const;
};

struct CommandReference {
  std::string name, meaning;
  std::vector<OptionReference> options;  // that it has beside the general ones
  std::vector<std::string> arguments;    // words that it takes
};

struct Reference {
  std::vector<OptionReference> options;  // general ones
  std::vector<CommandReference> commands;
  std::vector<const Scenario*> scenarios;
};

// Returns the options that `app` has. `words`, by option's name: what its value may be.
std::vector<OptionReference> options_of(
    const CLI::App& app, const std::map<std::string, std::vector<std::string>>& words);

// An exit code, or several, and what it means.
struct ExitCodeMeaning {
  const char *code, *meaning;
};
const std::vector<ExitCodeMeaning>& exit_code_meanings();

}  // namespace harness
