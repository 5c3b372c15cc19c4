// The report of a run: figures, report.html, summary.md and summary.csv, drawn by scripts/report.py.
#pragma once

#include <filesystem>

#include "harness/base/errors.h"

namespace harness {

// Returns kOk if it was drawn, kFailed if a part of it could not be, kCannotWrite if nothing was. stderr
// says why not and what to do.
ExitCode draw_report(const std::filesystem::path& folder);

}  // namespace harness
