#include "harness/record/unfinished.h"

#include <algorithm>
#include <string>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/record/event_rules.h"
#include "harness/record/events.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

bool is_text(const Json& value) { return value.is_string(); }

// What is wrong with the facts that resuming needs; empty if nothing is.
std::string fault_of(const Json& facts) {
  const Json command = facts.value("command", Json());
  const Json variables = facts.value("variables", Json::object());
  if (!facts.value("run_id", Json()).is_string()) return "'run_id' is not text";
  if (!command.is_array() || command.empty() ||
      !std::all_of(command.begin(), command.end(), is_text)) {
    return "'command' is not a list of words";
  }
  if (!variables.is_object() || !std::all_of(variables.begin(), variables.end(), is_text)) {
    return "'variables' is not an object of texts";
  }
  if (!facts.value("folder", Json("")).is_string()) return "'folder' is not text";
  if (!facts.value("seed", Json()).is_number_unsigned()) {
    return "'seed' is not a whole number below 2^64";
  }
  if (!facts.value("tool", Json()).is_object()) return "'tool' is not an object";
  return {};
}

bool is_same_launch(const Json& row, const Json& other) {
  return row.at("case") == other.at("case") && row.at("launch") == other.at("launch");
}

std::vector<Json> events_of(const fs::path& folder) try {
  auto events = read_events(folder);
  const Json& facts = events.front();
  if (!facts.contains("settings")) {
    throw BadUsage("--resume: " + folder.string() +
                   " was written by an older bench-all, which cannot be resumed; begin a new run");
  }
  if (const auto fault = fault_of(facts); !fault.empty()) cannot_resume(folder, fault);
  return events;
} catch (const BadUsage&) {
  throw;
} catch (const std::runtime_error& why) {
  throw BadUsage("--resume: " + std::string(why.what()));
}

}  // namespace

void cannot_resume(const fs::path& folder, const std::string& fault) {
  throw BadUsage("--resume: " + (folder / "events.jsonl").string() + ": line 1: " + fault +
                 "; begin a new run");
}

Json facts_of_unfinished(const fs::path& folder) { return events_of(folder).front(); }

Unfinished cut_back(const fs::path& folder) {
  Unfinished run{events_of(folder).front(), {}};
  const fs::path path = folder / "events.jsonl";
  const std::string text = read_text(path).value_or("");
  std::vector<Json> pending;  // rows of a launch whose last one has not been seen yet
  std::size_t keep = text.find('\n') + 1;
  for (std::size_t from = keep, to; (to = text.find('\n', from)) != std::string::npos;
       from = to + 1) {
    const auto event = parse_event(text.substr(from, to - from));
    if (!event || event->at("event") != "sample") break;
    const Json& row = event->at("row");
    if (!pending.empty() && !is_same_launch(pending.front(), row)) break;  // a line was removed
    pending.push_back(row);
    if (pending.size() < event->value("rows", std::size_t{1})) continue;
    run.rows.insert(run.rows.end(), pending.begin(), pending.end());
    pending.clear();
    keep = to + 1;
  }
  std::error_code error;
  fs::resize_file(path, keep, error);
  if (error) throw CannotWrite(path.string() + ": " + error.message());
  return run;
}

}  // namespace harness
