// Baselines: runs that are kept under a name, to compare later ones with.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

// Where results go unless a folder is named: $GILFREE_RESULTS_DIR, else results/local of the sources.
std::filesystem::path results_folder();

// Returns the folder of a baseline, which may not exist: baselines/NAME in the results folder. Throws
// BadUsage if it is no name: letters, digits, '.', '-' and '_', of which '.' and '-' are not the first.
std::filesystem::path baseline_folder(const std::string& name);

// Throws BadUsage if this is no name of a baseline, or something else than a folder has it. Makes nothing.
void expect_baseline_name(const std::string& name);

// Throws BadUsage if save_baseline could not write there. Leaves what is there as it is.
void expect_can_be_saved(const std::string& name);

// Keeps a copy of the run in `folder` under this name, in place of an earlier one. Throws CannotWrite.
void save_baseline(const std::string& name, const std::filesystem::path& folder);

}  // namespace harness
