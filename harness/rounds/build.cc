#include "harness/rounds/build.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/base/child_program.h"
#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/room.h"
#include "harness/base/run_program.h"
#include "harness/record/environment.h"
#include "harness/record/events.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kListPatience = 1min;

bool is_program(const fs::path& path) {
  std::error_code error;
  const auto type = fs::status(path, error).type();
  if (type == fs::file_type::none) {  // neither there nor absent
    throw BadUsage(in_quotes(path.string()) + " cannot be a build (" + error.message() +
                   "); name a bench-all, a build folder or a commit");
  }
  return type == fs::file_type::regular && ::access(path.c_str(), X_OK) == 0;
}

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

// What the launch leaves running would disturb the next one, in whatever process group it is.
Finished run_build(const std::vector<std::string>& command, std::chrono::nanoseconds patience) {
  return run_program(command, patience, ChildProgram::Group::kWatched, kFewFacts);
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

// Throws CannotWrite if the launch failed since its folder, which is ours, could not be written: the build is not to blame.
void expect_written(const Finished& launch, const fs::path& scratch) {
  constexpr char kGoOn[] = "; the same command with --resume goes on";
  try {
    if (launch.code() != kCannotWrite) return expect_room(scratch.parent_path());
  } catch (const CannotWrite& why) {
    throw CannotWrite(why.what() + std::string(kGoOn));
  }
  const std::string before = "cannot write results: ";  // is said again
  std::string said = launch.complaint.empty() ? scratch.string() : without_name(launch.complaint);
  if (said.starts_with(before)) said.erase(0, before.size());
  said = said.substr(0, said.find("; what was measured until then"));  // which is not kept
  throw CannotWrite(said + kGoOn);
}

// The folder that a launch writes below.
class LaunchPlace {
 public:
  explicit LaunchPlace(fs::path folder) : folder_(std::move(folder)) {
    if (::stat(folder_.c_str(), &before_) != 0) gone();
  }
  // Throws CannotWrite if it is not there any more, or another one is: what was measured is not in that.
  void expect_as_it_was() const {
    struct stat now {};
    const bool is_there = ::stat(folder_.c_str(), &now) == 0;
    if (!is_there || now.st_dev != before_.st_dev || now.st_ino != before_.st_ino) gone();
  }

 private:
  [[noreturn]] void gone() const {
    throw CannotWrite(
        folder_.string() +
        ": it was moved or removed while this was measuring, which ends here; if it "
        "was moved, the same command with --resume and --out of its new place goes on");
  }

  fs::path folder_;
  struct stat before_ {};
};

// Why these events, of a program that ended with 0, are not those of the launch that was asked for; empty if they are.
std::string fault_of(const std::vector<Json>& events, const std::string& name) {
  std::set<Json> launches;
  for (const auto& event : events) {
    const auto kind = event.value("event", std::string());
    const Json code =
        event.value("exit_code", Json(kOk));  // whatever a foreign program wrote there
    if (kind == "end" && code != kOk)
      return one_line("its run ended with exit code " + to_text(code));
    if (kind != "sample") continue;
    const Json& row = event.at("row");
    const auto of = row.value("case", std::string());
    if (of != name) return one_line("it wrote a row of another case, " + in_quotes(of));
    launches.insert(row.value("launch", Json()));
    if (row.value("checksum_ok", Json(1)) == 0)
      return "some of what arrived was wrong (checksum_ok is 0)";
  }
  return launches.size() < 2 ? ""
                             : "it wrote rows of " + counted(launches.size(), "launch", "launches");
}

// "line 2: is not JSON" of what the reader said, which names a file that is removed and how to use the rest of it.
std::string damage_in(const fs::path& folder, std::string said) {
  const std::string before = (folder / "events.jsonl").string() + ": ";
  if (said.starts_with(before)) said.erase(0, before.size());
  return one_line(said.substr(0, said.find("; ")));
}

// What a launch of the case that has ended so left in its folder. Throws std::runtime_error if that is damaged.
Launched launched_in(const fs::path& folder, const std::string& name, const Finished& finished) {
  const auto events =
      fs::exists(folder / "events.jsonl") ? read_events(folder) : std::vector<Json>();
  const bool has_row = std::any_of(events.begin(), events.end(), [](const Json& event) {
    return event.value("event", "") == "sample";
  });
  Launched launched = launched_of_events(events);
  if (finished.succeeded() && launched.failure.empty()) launched.failure = fault_of(events, name);
  if (finished.succeeded() || (has_row && !launched.failure.empty())) return launched;
  launched = {.failure = finished.failure()};
  if (finished.end == ChildProgram::End::kLate) {
    launched.late = LateEnd{.threads = finished.threads};
  }
  return launched;
}

}  // namespace

bool Build::Place::is_there() const {
  return revision ? revision->is_built() : is_program(program);
}

Build Build::find(const std::string& what, const Revision::Say& say) {
  const Place place = look_for(what);
  if (!place.is_there()) place.revision->build(say);
  Build build(place.program);
  if (place.revision) build.about_ = what + ", commit " + place.revision->commit();
  return build;
}

Build::Place Build::look_for(const std::string& what) {
  const fs::path in_folder = fs::path(what) / "bin" / "bench-all";
  const bool is_file = is_program(what);
  if (is_file || is_program(in_folder)) {
    // A name of both kinds is likely to be meant as the other one.
    const bool may_be_name = !what.starts_with('/') && !what.starts_with('.');
    if (may_be_name && Revision::named(what)) {
      throw Ambiguous(in_quotes(what) + " is ambiguous: " + (is_file ? "a program" : "a folder") +
                      " and a commit; give " + in_quotes("./" + what) + " or the commit's number");
    }
    return {fs::canonical(is_file ? fs::path(what) : in_folder)};
  }
  const auto revision = Revision::named(what);
  if (!revision) {
    throw BadUsage("'" + what +
                   "' is no bench-all, no build folder with bin/bench-all, and no commit");
  }
  return {revision->program(), revision};
}

void Build::expect_as_it_was(const std::string& which, const Json& identity) const {
  if (identity.at("content") == content_of(program_)) return;
  throw BadUsage(which + " (" + program_.string() +
                 ") was replaced while it was measured; name a copy of it, and another --out");
}

Json Build::identity() const {
  return {{"program", program_.string()},
          {"bytes", fs::file_size(program_)},
          {"content", content_of(program_)}};
}

std::vector<std::string> Build::cases(const std::vector<std::string>& words) const try {
  std::vector<std::string> command{program_, "list", "--json"};
  command.insert(command.end(), words.begin(), words.end());
  const Finished list = run_build(command, kListPatience);
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
  const auto cases = names.get<std::vector<std::string>>();
  std::set<std::string> seen;
  for (const auto& name : cases) {
    if (!seen.insert(name).second) {
      throw BadUsage(program_.string() + " list: it names " + in_quotes(name) +
                     " twice; give each case a name of its own");
    }
  }
  return cases;
} catch (const Json::exception&) {  // an element that is no text
  throw BadUsage(program_.string() + " list: it does not print names of cases; is it a bench-all?");
}

void Build::check(const std::vector<std::string>& cases,
                  const std::vector<std::string>& options) const {
  std::vector<std::string> command{program_};  // a filter without a case is refused
  for (const auto& name : cases) command.push_back(exactly(name));
  command.push_back("--dry-run");
  command.insert(command.end(), options.begin(), options.end());
  const Finished tried = run_build(command, kListPatience);
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
  const auto seconds = seconds_in(run_build(command, kListPatience).output);
  if (!seconds) return {};
  return *seconds / kLaunches;
}

Launched Build::measure(const std::string& name, const std::vector<std::string>& options,
                        const fs::path& scratch) const {
  std::vector<std::string> command{program_,      exactly(name), "--launches", "1",
                                   "--no-report", "--quiet",     "--out",      scratch};
  command.insert(command.end(), options.begin(), options.end());
  const LaunchPlace place(scratch.parent_path());  // a launch would make it anew
  fs::remove_all(scratch);
  const Finished finished = run_build(command, patience_);
  Launched launched;
  try {
    launched = launched_in(scratch, name, finished);
  } catch (const std::exception& why) {  // Json's too
    launched = {.failure = "its events.jsonl is damaged (" + damage_in(scratch, why.what()) + ")"};
  }
  if (!launched.failure.empty()) {
    place.expect_as_it_was();
    expect_written(finished, scratch);
  }
  fs::remove_all(scratch);
  if (see_code_ && !launched.linked.empty()) see_code_(name, launched.linked);
  return launched;
}

}  // namespace harness
