// The report of a run: figures, report.html, summary.md and summary.csv, drawn by scripts/report.py.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/errors.h"

namespace harness {

// Returns true if the folder holds no run but what `ab` or `stress` wrote.
bool has_other_tables(const std::filesystem::path& folder);

// Throws BadUsage, with what to do, for the folder of an `aa` or of an `ab` that has not ended, and for one without a run
// that is to stand beside others.
void expect_reportable(const std::vector<std::string>& folders);

// Draws the report of a folder, or of several side by side, then into `out` ("runs" if that is empty).
// `format`: what is printed, md, html or json; the answers if it is empty. Returns kOk if it was drawn,
// kFailed if a part of it could not be, kUsage if a folder cannot be read, kCannotWrite if nothing was
// drawn. stderr says why not and what to do.
ExitCode draw_report(const std::vector<std::string>& folders, const std::string& out = "",
                     const std::string& format = "");

}  // namespace harness
