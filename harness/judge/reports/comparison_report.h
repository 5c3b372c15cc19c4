// What a comparison writes: compare.csv, compare.json and compare.md, or one of its formats to stdout.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/judge/compared.h"

namespace harness {

// table: for a terminal. junit: a test case for each row, and one for the comparison as a whole if nothing was judged; what
// ends the command with 1 is a failure, with 4 an error (gate.h), what else is undecided or missing is skipped. github: a line
// for each row that GitHub shows beside the commit.
enum class Format { kTable, kMarkdown, kJson, kJunit, kGithub };

// Several comparisons are one text; of JSON, a list.
std::string formatted(const std::vector<Compared>& all, Format format);

// All three files, and hung.txt if a launch was late; throws CannotWrite.
void write_comparison(const Compared& compared, const std::filesystem::path& folder);

}  // namespace harness
