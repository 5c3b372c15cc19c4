// How the commands that compare say their verdict: --format. The exit code is that of judge/gate.h.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "harness/judge/reports/comparison_report.h"

namespace harness {

void add_format(CLI::App& command, Format& format);

// Prints it. For GitHub also adds the tables to the summary of the job, where GITHUB_STEP_SUMMARY names it: as many
// rows as GitHub takes. Throws CannotWrite.
void say(const std::vector<Compared>& all, Format format);

}  // namespace harness
