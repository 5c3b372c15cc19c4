// Unfinished: a run that was killed, interrupted or stopped by a time limit, made ready to go on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace harness {

struct Unfinished {
  Json facts;              // the event that began the run
  std::vector<Json> rows;  // of the launches that are complete
};

// Throws BadUsage: what is wrong with the first line of the run in `folder`.
[[noreturn]] void cannot_resume(const std::filesystem::path& folder, const std::string& fault);

// Returns what the run in `folder` says of itself, without changing it: `run_id`, `command`, `variables`, `seed`
// and `tool` are of their types. Throws BadUsage if it is none, or has no complete first line, or was written by a
// bench-all that could not resume.
Json facts_of_unfinished(const std::filesystem::path& folder);

// Removes from events.jsonl what cannot be used: a line that was cut short, the rows of a launch whose
// rows are not all there, the end. These are its last lines, as one launch runs after the other. The
// caller holds the log (EventLog). Throws BadUsage as above.
Unfinished cut_back(const std::filesystem::path& folder);

}  // namespace harness
