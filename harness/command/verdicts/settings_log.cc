#include "harness/command/verdicts/settings_log.h"

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/judge/run_facts.h"
#include "harness/record/folder.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

// How a user knows them; the others by their name in the file.
const std::map<std::string, std::string> kNames = {{"a", "build A"},
                                                   {"b", "build B"},
                                                   {"build", "the build"},
                                                   {"delta", "--delta"},
                                                   {"floors", "--floor"},
                                                   {"injected_delay_ns", "--injected-delay"},
                                                   {"options", "--launch-option or --load"},
                                                   {"power", "--power"},
                                                   {"rounds_asked", "--rounds"}};

// "--rounds 8 there, 9 here" of numbers, words and what is not given; "cases" of what is longer.
std::string difference_in(const std::string& key, const Json& there, const Json& here) {
  const auto known = kNames.find(key);
  const std::string name = known == kNames.end() ? key : known->second;
  const auto text = [](const Json& value) {
    return value.is_null() ? std::string("none") : one_line(to_text(value));
  };
  const bool are_short = !there.is_structured() && !here.is_structured();
  return are_short ? name + " " + text(there) + " there, " + text(here) + " here" : name;
}

std::vector<std::string> differences_between(const Json& there, const Json& here) {
  std::set<std::string> names;
  for (const auto* settings : {&there, &here}) {
    for (const auto& [name, value] : settings->items()) names.insert(name);
  }
  std::vector<std::string> differences;
  for (const auto& name : names) {
    if (name == kMachine) continue;
    const Json in_there = there.value(name, Json()), in_here = here.value(name, Json());
    if (in_there != in_here) differences.push_back(difference_in(name, in_there, in_here));
  }
  // An older log does not say on which machine it was measured. Of which build the judge is, and which CPUs it is allowed now,
  // does not matter: both programs of a pair were measured on the same ones.
  if (there.contains(kMachine) && here.contains(kMachine)) {
    Json now = here[kMachine];
    for (const char* part : {"build", "limits"}) {
      if (there[kMachine].contains(part)) now[part] = there[kMachine][part];
    }
    for (const auto& difference : unlike(there[kMachine], now)) {
      differences.push_back(difference);
    }
  }
  return differences;
}

}  // namespace

void SettingsLog::expect_none(const fs::path& folder) const {
  expect_no_other_log(folder, names_.file);
  std::error_code none;  // a name that cannot be that of a folder is for Folder to refuse
  if (!fs::exists(folder / names_.file, none)) return;
  throw BadUsage("--out: " + folder.string() + " holds " + names_.lines +
                 " already; name another folder, or go on with them by --resume");
}

Json SettingsLog::settings_in(const fs::path& folder) const {
  std::ifstream file(folder / names_.file);
  std::string text;
  std::getline(file, text);
  const Json line = Json::parse(text, nullptr, false);
  return line.is_object() ? line : Json::object();
}

void SettingsLog::open(const fs::path& folder, bool resume, const Json& settings,
                       const std::function<void(const Json&)>& read) {
  if (folder.empty()) throw BadUsage("--out: the name of the folder is empty");
  std::error_code none;
  const bool is_there = fs::exists(folder / names_.file, none);
  if (resume && !is_there) {
    throw BadUsage("--resume: " + folder.string() + " has no " + names_.lines +
                   "; leave --resume out");
  }
  if (!resume) expect_none(folder);
  std::optional<Folder> made;
  if (!resume) made.emplace(folder, names_.file);
  folder_ = made ? made->path() : folder;
  try {
    log_.emplace(folder_, names_.file);
  } catch (...) {  // another command writes to this folder
    if (made) made->take_back();
    throw;
  }
  resume ? read_all(settings, read) : append(settings);
}

void SettingsLog::refuse(int line, const std::string& why) const {
  throw BadUsage("--resume: " + (folder_ / names_.file).string() + ": line " +
                 std::to_string(line) + " " + why);
}

// As they were written: bytes that are no UTF-8 have been replaced.
void SettingsLog::expect_settings(const Json& line, const Json& settings) const {
  if (!line.is_object()) refuse(1, "does not have the settings; name another --out");
  const auto differences = differences_between(line, Json::parse(to_text(settings)));
  if (differences.empty()) return;
  throw BadUsage("--resume: the " + names_.lines + " in " + folder_.string() +
                 " were made otherwise (" + joined(differences, "; ") + "); name another --out");
}

void SettingsLog::read_all(const Json& settings, const std::function<void(const Json&)>& read) {
  std::ifstream file(folder_ / names_.file);
  std::string text;
  std::set<std::string> measured;  // each has its time in it, to the nanosecond: no two are alike
  bool whole = true;
  int number = 0;
  std::uintmax_t kept = 0;  // bytes of lines that can be read
  for (; std::getline(file, text); kept += text.size() + 1) {
    whole = !file.eof();
    const Json line = Json::parse(text, nullptr, false);
    if (++number == 1 && (whole || !line.is_discarded())) {
      expect_settings(line, settings);
      continue;
    }
    if (!whole && line.is_discarded()) {  // it was killed while it wrote this line
      fs::resize_file(folder_ / names_.file, kept);
      if (number == 1) append(settings);
      return;
    }
    if (line.is_object() && line.contains("seconds") && !measured.insert(text).second) {
      refuse(number, "is there twice; delete one of the two");
    }
    try {
      read(line);
    } catch (const std::exception&) {  // Json's, or a metric that is none
      refuse(number, "is no " + names_.line + "; delete that line to use the rest");
    }
  }
  if (number == 0) append(settings);  // it was killed before it wrote them
  if (!whole) log_->end_line();
}

}  // namespace harness
