// What a comparison writes: compare.csv, compare.json and compare.md, and its lines for a terminal.
#pragma once

#include <filesystem>
#include <string>

#include "harness/judge/comparison.h"

namespace harness {

// One line that says the result.
std::string headline_of(const Comparison& comparison);

// A table in Markdown: what changed first, then what is undecided; the rest as a count.
std::string markdown_of(const Comparison& comparison);

// All three files; throws CannotWrite.
void write_comparison(const Comparison& comparison, const std::filesystem::path& folder);

}  // namespace harness
