#include "harness/judge/reports/comparison_markdown.h"

#include <cctype>
#include <limits>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/judge/reports/comparison_cells.h"

namespace harness {
namespace {

struct Section {
  std::string above;
  std::vector<std::string> rows;
  std::string below;
};

// How a character is written, since it would mean something.
std::string written(char c) {
  switch (c) {
    case '|':
      return "&#124;";
    case '\\':
      return "&#92;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    default:
      return {c};
  }
}

std::string line_of(const ShownRow& row) {
  std::string line = "|";
  for (const auto& cell : row) line += " " + markdown_text(cell) + " |";
  return line + "\n";
}

Section section_of(const Compared& compared) {
  Section section{"## " + markdown_text(headline_of(compared)) + "\n\n", {}, {}};
  for (const auto& line : compared.about) section.above += markdown_text(line) + "\n\n";
  for (const auto& warning : compared.warnings)
    section.above += "> " + markdown_text(warning) + "\n\n";
  const auto rows = shown_rows(compared);
  const auto left_out = left_out_of(compared, rows.size());
  const auto last = left_out.empty() ? "" : "\n" + left_out;
  if (rows.empty()) {
    section.above +=
        (compared.rows.empty() ? "Nothing was judged.\n" : "No case changed.\n") + last;
    return section;
  }
  section.above += std::string(kSignMeaning) + ".\n\n";
  section.above += "| verdict | case | metric | worse by | 95 % interval | |\n";
  section.above += "| :-- | :-- | :-- | --: | --: | :-- |\n";
  std::string before;  // a case is named once
  for (auto row : rows) {
    row[kCaseColumn] = row[kCaseColumn] == before ? "" : before = row[kCaseColumn];
    section.rows.push_back(line_of(row));
  }
  section.below = hint_of(rows, "\n") + last;
  return section;
}

std::string left_out_text(std::size_t rows, const std::string& where) {
  return "\n" + counted(rows, "more row") + " left out, since there is no room: " + where + "\n";
}

}  // namespace

std::string markdown_text(const std::string& text) {
  std::string markdown;
  const std::string line = one_line(text);
  for (std::size_t i = 0; i < line.size(); ++i) {
    markdown += written(line[i]);
    // No entity: GitHub looks for names when these are letters again.
    const bool is_name =
        i + 1 < line.size() && std::isalnum(static_cast<unsigned char>(line[i + 1])) != 0;
    if (line[i] == '@' && is_name) markdown += "<!-- -->";
  }
  return markdown;
}

std::string markdown_within(std::size_t most, const std::vector<Compared>& all,
                            const std::string& where) {
  std::vector<Section> sections;
  std::size_t taken = 0;  // by what is not cut
  for (const auto& compared : all) {
    const auto& section = sections.emplace_back(section_of(compared));
    taken += 1 + section.above.size() + section.below.size() +
             left_out_text(section.rows.size(), where).size();
  }
  std::string text;
  for (const auto& section : sections) {
    text += (text.empty() ? "" : "\n") + section.above;
    std::size_t shown = 0;
    for (; shown < section.rows.size(); ++shown) {
      taken += section.rows[shown].size();
      if (taken > most) break;
      text += section.rows[shown];
    }
    const auto left = section.rows.size() - shown;
    text += (left == 0 ? "" : left_out_text(left, where)) + section.below;
  }
  return text;
}

std::string markdown_of(const std::vector<Compared>& all) {
  return markdown_within(std::numeric_limits<std::size_t>::max(), all, "");
}

std::string markdown_of(const Compared& compared) { return markdown_of(std::vector{compared}); }

}  // namespace harness
