#include "harness/command/resumed.h"

#include <cstdlib>
#include <map>
#include <string>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/command/variables.h"
#include "harness/record/unfinished.h"

namespace harness {
namespace {

// The words of a run's command, as options.
Options parsed(std::vector<std::string> words, const std::vector<const Scenario*>& scenarios) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Options options = parse_command_line(static_cast<int>(words.size()), arguments.data(), scenarios);
  if (options.command != Options::Command::kRun || options.dry_run || !options.resume.empty()) {
    throw BadUsage("it measures nothing");
  }
  return options;
}

}  // namespace

Options options_of_resumed(const Options& now, const std::vector<const Scenario*>& scenarios) {
  const Json facts = facts_of_unfinished(now.resume);
  remove_variables();
  const std::map<std::string, std::string> set = facts.value("variables", Json::object());
  for (const auto& [name, value] : set) ::setenv(name.c_str(), value.c_str(), 1);
  Options options;
  try {
    options = parsed(facts.at("command"), scenarios);
  } catch (const BadUsage& why) {
    cannot_resume(now.resume, "'command' does not begin a run (" + std::string(why.what()) + ")");
  }
  options.seed = facts.at("seed");
  options.resume = now.resume;
  options.quiet = now.quiet;
  options.progress = now.progress;
  options.no_report = options.no_report || now.no_report;
  return options;
}

}  // namespace harness
