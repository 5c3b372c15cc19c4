// Reference: what the command line of bench-all has, taken from the options themselves. `bench-all man` and
// `bench-all completion` are made of it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

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
  enum class Paths { kNone, kFolders, kAny };

  std::string name, meaning;
  std::vector<OptionReference> options;
  std::vector<std::string> arguments;  // words that it takes
  Paths paths = Paths::kNone;          // and what it takes of files
  bool is_general = false;             // its options are among those of the reference
};

struct Reference {
  std::vector<OptionReference> options;  // general ones
  std::vector<CommandReference> commands;
  std::vector<const Scenario*> scenarios;

  std::vector<std::string> scenario_names() const;
};

// Returns the options that `app` has, and of which `has` is true. `words`, by option's name: what its value may be;
// an option that checks its value itself (CLI::IsMember) is in no need of them.
std::vector<OptionReference> options_of(
    const CLI::App& app, const std::map<std::string, std::vector<std::string>>& words,
    const std::function<bool(const CLI::Option*)>& has = [](const CLI::Option*) { return true; });

// An exit code, or several, and what it means.
struct ExitCodeMeaning {
  const char *code, *meaning;
};
const std::vector<ExitCodeMeaning>& exit_code_meanings();

}  // namespace harness
