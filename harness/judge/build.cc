#include "harness/judge/build.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <stdexcept>

#include "harness/base/child_program.h"
#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/base/run_program.h"
#include "harness/record/events.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kListPatience = 1min;

// What a program printed; a build may take long.
std::string run(const std::vector<std::string>& command) { return output_of(command, 1h); }

bool is_program(const fs::path& path) {
  std::error_code error;
  const auto type = fs::status(path, error).type();
  if (type == fs::file_type::none) {  // neither there nor absent
    throw BadUsage(in_quotes(path.string()) + " cannot be a build (" + error.message() +
                   "); name a bench-all, a build folder or a commit");
  }
  return type == fs::file_type::regular && ::access(path.c_str(), X_OK) == 0;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// "bench-all: no case matches ..." without its beginning, which the message has already.
std::string without_name(const std::string& complaint) {
  const std::string name = "bench-all: ";
  return complaint.starts_with(name) ? complaint.substr(name.size()) : complaint;
}

// A regular expression that matches this name alone.
std::string exactly(const std::string& name) {
  std::string expression = "^";
  for (const char character : name) {
    if (std::isalnum(static_cast<unsigned char>(character)) == 0 && character != '/' &&
        character != '_' && character != ':') {
      expression += '\\';
    }
    expression += character;
  }
  return expression + "$";
}

constexpr char kBuildLog[] = "build/bench-all.log";

// Builds a commit in its worktree.
void build(const Build::Place& place) {
  const fs::path& tree = place.tree;
  if (!fs::exists(tree)) {
    const fs::path repository = tree.parent_path().parent_path().parent_path();
    (void)run(
        {"git", "-C", repository, "worktree", "add", "--force", "--detach", tree, place.commit});
  }
  const std::string log = kBuildLog;
  const std::string script = "cd \"$0\" && mkdir -p build && { scripts/build release bench-all >" +
                             log + " 2>&1 || { code=$?; tail -n 1 " + log +
                             " >&2; exit $code; }; }";
  const Finished build =
      run_program({"sh", "-c", script, place.tree}, 1h, ChildProgram::Group::kWatched);
  if (!place.is_there()) {
    throw BadUsage("commit " + place.commit + " does not build (" + build.failure() + "); see " +
                   (place.tree / log).string());
  }
}

// The number in what --dry-run says first: "1 case, 1000 launches of 1 window: about 155 s".
std::optional<double> seconds_in(const std::string& plan) {
  const std::string before = ": about ";
  const auto at = plan.find(before);
  if (at == std::string::npos) return {};
  try {
    return std::stod(plan.substr(at + before.size()));
  } catch (const std::logic_error&) {  // no number
    return {};
  }
}

// The rows of a launch's windows.
std::vector<Json> rows_of(const fs::path& folder) {
  std::vector<Json> rows;
  for (const auto& event : read_events(folder)) {
    if (event.value("event", "") == "sample") rows.push_back(event.at("row"));
  }
  return rows;
}

}  // namespace

bool Build::Place::is_there() const { return is_program(program); }

Build Build::find(const std::string& what) {
  const Place place = look_for(what);
  if (!place.is_there()) build(place);
  return Build(place.program);
}

Build::Place Build::look_for(const std::string& what) {
  if (is_program(what)) return {fs::canonical(what)};
  if (is_program(fs::path(what) / "bin" / "bench-all")) {
    return {fs::canonical(fs::path(what) / "bin" / "bench-all")};
  }
  const auto repository = first_line(run({"git", "rev-parse", "--show-toplevel"}));
  const auto commit =
      first_line(run({"git", "rev-parse", "--verify", "--quiet", what + "^{commit}"}));
  if (repository.empty() || commit.empty()) {
    throw BadUsage("'" + what +
                   "' is no bench-all, no build folder with bin/bench-all, and no commit");
  }
  const fs::path tree = fs::path(repository) / "build" / "revisions" / commit;
  return {tree / "build" / "release" / "bin" / "bench-all", commit, tree};
}

std::vector<std::string> Build::cases(const std::vector<std::string>& words) const try {
  std::vector<std::string> command{program_, "list", "--json"};
  command.insert(command.end(), words.begin(), words.end());
  const Finished list = run_program(command, kListPatience);
  if (list.end == ChildProgram::End::kLate) {
    throw BadUsage(program_.string() + " list: it did not end; is it a bench-all?");
  }
  if (!list.succeeded()) {
    throw BadUsage(program_.string() + " list: " +
                   (list.complaint.empty() ? list.failure() : without_name(list.complaint)));
  }
  const auto names = Json::parse(list.output, nullptr, false);
  if (!names.is_array() || names.empty()) {
    throw BadUsage(program_.string() +
                   " list: it does not print names of cases; is it a bench-all?");
  }
  return names.get<std::vector<std::string>>();
} catch (const Json::exception&) {  // an element that is no text
  throw BadUsage(program_.string() + " list: it does not print names of cases; is it a bench-all?");
}

void Build::check(const std::string& name, const std::vector<std::string>& options) const {
  std::vector<std::string> command{program_, exactly(name), "--dry-run"};
  command.insert(command.end(), options.begin(), options.end());
  const Finished tried = run_program(command, kListPatience);
  if (tried.code() != kUsage) return;
  throw BadUsage("--launch-option: " + program_.string() +
                 " refuses it: " + without_name(tried.complaint));
}

std::optional<double> Build::seconds_of_launch(const std::string& name,
                                               const std::vector<std::string>& options) const {
  constexpr int kLaunches = 1000;  // it says whole seconds
  std::vector<std::string> command{
      program_, exactly(name), "--dry-run", "--launches", std::to_string(kLaunches), "--no-report"};
  command.insert(command.end(), options.begin(), options.end());
  const auto seconds = seconds_in(run_program(command, kListPatience).output);
  if (!seconds) return {};
  return *seconds / kLaunches;
}

Launched Build::measure(const std::string& name, const std::vector<std::string>& options,
                        const fs::path& scratch) const {
  std::vector<std::string> command{program_,      exactly(name), "--launches", "1",
                                   "--no-report", "--quiet",     "--out",      scratch};
  command.insert(command.end(), options.begin(), options.end());
  fs::remove_all(scratch);
  const Finished finished = run_program(command, patience_);
  Launched launched;
  try {
    const auto rows = fs::exists(scratch / "events.jsonl") ? rows_of(scratch) : std::vector<Json>();
    launched = launched_of(rows);
    if (!finished.succeeded() && (rows.empty() || launched.failure.empty())) {
      launched = {.failure = finished.failure()};
    }
  } catch (const std::runtime_error&) {
    launched = {.failure = "its events.jsonl is damaged"};
  }
  fs::remove_all(scratch);
  return launched;
}

}  // namespace harness
