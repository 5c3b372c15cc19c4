#include "harness/command/resumed.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/command/variables.h"
#include "harness/record/unfinished.h"

namespace harness {
namespace {

// Enters the folder in which the run was begun: programs, interpreters and files that its command names are there, and
// what has the same path here may be another one. Returns why not; empty if it was entered.
std::string enter_folder_of(const Json& facts, const std::string& run) {
  const std::string folder = facts.value("folder", "");  // older runs have none
  std::error_code error;
  for (const char* name : {"GILFREE_SOURCE_DIR", "GILFREE_RESULTS_DIR", "GILFREE_PYTHON"}) {
    const char* value = std::getenv(name);  // of the one who goes on, who is here
    const bool is_path =
        value != nullptr && std::string_view(value).find('/') != std::string_view::npos;
    if (is_path) ::setenv(name, std::filesystem::absolute(value).c_str(), 1);
  }
  if (!folder.empty()) std::filesystem::current_path(folder, error);
  if (!error) return {};
  return "--resume: " + one_line(run) + " was begun in " + one_line(folder) +
         ", which cannot be entered (" + error.message() + "); put it back, or begin a new run";
}

// What is said of a contender's program that is not there as it was: nothing is lost yet.
BadUsage not_there(const std::string& run, const std::string& why) {
  return BadUsage("--resume: " + one_line(run) + " cannot go on: " + why +
                  "; put it back as it was, and --resume goes on; or begin a new run");
}

// Throws BadUsage if a file is gone of which a contender's program was made when the run began.
void expect_programs_there(const Json& facts, const std::string& run) {
  const Json programs = facts.value("programs", Json::object());  // older runs have none
  if (!programs.is_object()) return;
  for (const auto& [name, files] : programs.items()) {
    if (!files.is_object()) continue;
    for (const auto& [file, content] : files.items()) {
      std::error_code error;
      if (std::filesystem::exists(file, error)) continue;
      throw not_there(run,
                      one_line(file) + " of --contender-program " + one_line(name) + " is gone");
    }
  }
}

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
  const auto resume = std::filesystem::absolute(now.resume).lexically_normal();
  remove_variables();
  const std::map<std::string, std::string> set = facts.value("variables", Json::object());
  for (const auto& [name, value] : set) ::setenv(name.c_str(), value.c_str(), 1);
  const std::string fault = enter_folder_of(facts, now.resume);
  if (fault.empty()) expect_programs_there(facts, now.resume);
  Options options;
  try {
    options = parsed(facts.at("command"), scenarios);
  } catch (const BadUsage& why) {
    if (!fault.empty()) throw BadUsage(fault);
    // It was one when the run began, but may have been on another PATH, or may not be executed any more.
    const std::string said = why.what();
    if (said.rfind("--contender-program: ", 0) == 0) throw not_there(now.resume, said);
    cannot_resume(now.resume, "'command' does not begin a run (" + std::string(why.what()) + ")");
  }
  const bool names_files = !options.programs.empty() || !options.pythons.empty();
  if (names_files && !fault.empty()) throw BadUsage(fault);
  options.seed = facts.at("seed");
  options.resume = resume.string();
  options.quiet = now.quiet;
  options.progress = now.progress;
  options.no_report = options.no_report || now.no_report;
  return options;
}

}  // namespace harness
