// The files that are made from a run's events: samples.csv, hist.csv, run.json, and hung.txt if a launch
// hung (results/README.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json_fwd.h"

namespace harness {

// One cell as RFC 4180 wants it.
std::string csv_cell(const std::string& text);

// All of them. Throws CannotWrite, or std::runtime_error if the folder holds no readable run.
void write_tables(const std::filesystem::path& directory);

// Writes run.json alone: what the events so far say of a run. Throws CannotWrite.
void write_run(const std::filesystem::path& directory, const std::vector<Json>& events);

}  // namespace harness
