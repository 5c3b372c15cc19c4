// The report of a run: figures, report.html, summary.md and summary.csv, drawn by scripts/report.py.
#pragma once

#include <filesystem>

namespace harness {

// True if it was drawn; else stderr says why not and what to do.
bool draw_report(const std::filesystem::path& folder);

}  // namespace harness
