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

// Where execvp() finds it; empty if it is nowhere.
std::string path_of(const std::string& name) {
  if (name.find('/') != std::string::npos) return can_run(name) ? name : "";
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path != nullptr ? path : "/bin:/usr/bin", ':')) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (can_run(file)) return file;
  }
  return {};
}
bool is_program(const std::string& name) { return !path_of(name).empty(); }

// Returns the words of a command, as a shell reads them: '...' is taken as it is, "..." but for a backslash before
// " and itself, and a backslash makes the next character one of the word. Nothing else has a meaning. A program that
// is there by its whole path needs none of that.
std::vector<std::string> words_of(const std::string& command) {
  if (can_run(command)) return {command};
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;  // that has not ended
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const char next = i + 1 < command.size() ? command[i + 1] : '\0';
    const bool escapes =
        c == '\\' && (quote == 0 ? next != 0 : quote == '"' && (next == '"' || next == '\\'));
    if (quote == 0 && c == ' ') {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (escapes) {
      words.back() += command[++i];
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) {
    throw BadUsage(kOption + in_quotes(command) + " has a " + quote + " that has no end");
  }
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
  const bool has_more = program.command.size() > 1;
  throw BadUsage(
      kOption + in_quotes(name) +
      " is not a program; name a file that can be executed, as in mine=./prog or "
      "\"mine=python3 prog.py\"" +
      (has_more ? "; a path with a space needs quotes: \"mine='./my prog' --flag\"" : ""));
}

// A name is one contender's in the whole run: the report and the selection know it by its name alone.
void refuse_taken(const std::vector<const Scenario*>& scenarios, const Program& program) {
  for (const auto* scenario : scenarios) {
    if (!has_contender(*scenario, program.name)) continue;
    throw BadUsage(kOption + std::string(scenario->name) + " has a contender " +
                   in_quotes(program.name) + "; choose another name");
  }
}

// Adds the programs to the axis of contenders, and to what the report knows of them.
void add_to(Scenario& scenario, const std::vector<Program>& programs) {
  const auto axis =
      std::find_if(scenario.parameters.begin(), scenario.parameters.end(),
                   [](const Parameter& each) { return each.kind == Parameter::Kind::kContender; });
  for (const auto& program : programs) {
    axis->sweep.emplace_back(program.name);
    scenario.contenders.push_back({program.name, program.name, "program", true});
  }
}

}  // namespace

std::vector<std::string> files_of(const Program& program) {
  std::vector<std::string> files;
  if (const auto path = path_of(program.command.front()); !path.empty()) files.push_back(path);
  if (program.command.size() > 1 && is_file(program.command[1])) {
    files.push_back(program.command[1]);
  }
  return files;
}

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
  for (const auto& program : programs) refuse_taken(scenarios, program);
  std::list<Scenario> all;
  for (const auto* scenario : scenarios) {
    all.push_back(*scenario);
    if (scenario->offers_program != nullptr) add_to(all.back(), programs);
  }
  return all;
}

}  // namespace harness
