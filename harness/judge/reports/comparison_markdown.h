// Comparisons as Markdown: for compare.md, a comment or the summary of a job, which may be cut to a length.
//
//   markdown_of(compared)
//   markdown_within(1'000'000, {compared}, "compare.csv has them")
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/judge/compared.h"

namespace harness {

// Returns the text on one line, escaped so that Markdown shows it as it is: `|` ends no cell of a table, `<b>` is no
// HTML, and `@name` mentions no user of GitHub.
std::string markdown_text(const std::string& text);

std::string markdown_of(const Compared& compared);
std::string markdown_of(const std::vector<Compared>& all);

// Returns at most `most` bytes: the last rows that would be too many are left out, and below the table it says how many
// and `where` they are. What stands above the tables is not cut: returns more than `most` if that alone is longer.
std::string markdown_within(std::size_t most, const std::vector<Compared>& all,
                            const std::string& where);

}  // namespace harness
