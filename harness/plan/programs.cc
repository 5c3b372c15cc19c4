#include "harness/plan/programs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "harness/base/errors.h"
#include "harness/base/lists.h"

namespace harness {
namespace {

constexpr char kOption[] = "--contender-program: ";

bool is_file(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
}

bool can_run(const std::string& path) { return is_file(path) && ::access(path.c_str(), X_OK) == 0; }

// As execvp() looks for it.
bool is_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return can_run(name);
  const char* path = std::getenv("PATH");
  const auto folders = split(path != nullptr ? path : "/bin:/usr/bin", ':');
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return can_run((folder.empty() ? "." : folder) + "/" + name);
  });
}

// Returns the words of a command; the path of a program may have spaces.
std::vector<std::string> words_of(const std::string& command) {
  if (can_run(command)) return {command};
  auto words = split(command, ' ');
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
}

Program program_from(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || !is_contender_name(text.substr(0, equals))) {
    throw BadUsage(kOption + in_quotes(text) +
                   " is not NAME=COMMAND; write mine=./prog, with letters, digits and _ . - in the "
                   "name");
  }
  Program program{text.substr(0, equals), words_of(text.substr(equals + 1))};
  if (program.command.empty()) program.command.emplace_back();
  const std::string& name = program.command[0];
  if (is_program(name)) return program;
  if (can_run(name)) {
    throw BadUsage(kOption + in_quotes(name) + " is not on PATH; write ./ before it");
  }
  if (is_file(name)) {
    throw BadUsage(kOption + in_quotes(name) +
                   " may not be executed; chmod +x it, or name what runs it, as in \"mine=python3 "
                   "prog.py\"");
  }
  throw BadUsage(kOption + in_quotes(name) +
                 " is not a program; name a file that can be executed, as in mine=./prog or "
                 "\"mine=python3 prog.py\"");
}

// Adds the programs to the axis of contenders, and to what the report knows of them.
void add_to(Scenario& scenario, const std::vector<Program>& programs) {
  const auto axis =
      std::find_if(scenario.parameters.begin(), scenario.parameters.end(),
                   [](const Parameter& each) { return each.kind == Parameter::Kind::kContender; });
  for (const auto& program : programs) {
    const Parameter::Value name(program.name);
    if (std::find(axis->sweep.begin(), axis->sweep.end(), name) != axis->sweep.end()) {
      throw BadUsage(kOption + std::string("there is a contender ") + in_quotes(program.name) +
                     "; choose another name");
    }
    axis->sweep.push_back(name);
    scenario.contenders.push_back({program.name, program.name, "program", true});
  }
}

}  // namespace

std::vector<Program> programs_from(const std::vector<std::string>& texts) {
  std::vector<Program> programs;
  for (const auto& text : texts) {
    Program program = program_from(text);
    const auto has_its_name = [&](const Program& each) { return each.name == program.name; };
    if (std::any_of(programs.begin(), programs.end(), has_its_name)) {
      throw BadUsage(kOption + in_quotes(program.name) + " is given twice; choose another name");
    }
    programs.push_back(std::move(program));
  }
  return programs;
}

std::list<Scenario> with_programs(const std::vector<const Scenario*>& scenarios,
                                  const std::vector<Program>& programs) {
  std::list<Scenario> all;
  for (const auto* scenario : scenarios) {
    all.push_back(*scenario);
    if (scenario->offers_program != nullptr) add_to(all.back(), programs);
  }
  return all;
}

}  // namespace harness
