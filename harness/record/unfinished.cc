#include "harness/record/unfinished.h"

#include <string>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/record/event_rules.h"
#include "harness/record/events.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

std::vector<Json> events_of(const fs::path& folder) try {
  auto events = read_events(folder);
  if (events.front().contains("settings")) return events;
  throw BadUsage("--resume: " + folder.string() +
                 " was written by an older bench-all, which cannot be resumed; begin a new run");
} catch (const BadUsage&) {
  throw;
} catch (const std::runtime_error& why) {
  throw BadUsage("--resume: " + std::string(why.what()));
}

}  // namespace

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
    pending.push_back(event->at("row"));
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
