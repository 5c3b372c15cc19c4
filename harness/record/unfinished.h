// Unfinished: a run that was killed, interrupted or stopped by a time limit, made ready to go on.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/base/json.h"

namespace harness {

struct Unfinished {
  Json facts;              // the event that began the run
  std::vector<Json> rows;  // of the launches that are complete
};

// Returns what the run in `folder` says of itself, without changing it. Throws BadUsage if it is none, or
// has no complete first line, or was written by a bench-all that could not resume.
Json facts_of_unfinished(const std::filesystem::path& folder);

// Removes from events.jsonl what cannot be used: a line that was cut short, the rows of a launch whose
// rows are not all there, the end. These are its last lines, as one launch runs after the other. The
// caller holds the log (EventLog). Throws BadUsage as above.
Unfinished cut_back(const std::filesystem::path& folder);

}  // namespace harness
