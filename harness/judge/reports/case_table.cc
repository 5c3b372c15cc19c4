#include "harness/judge/reports/case_table.h"

#include <algorithm>

#include "harness/base/errors.h"

namespace harness {
namespace {

constexpr std::size_t kIndent = 2, kGap = 2;

std::string line_of(const CaseTable::Cells& cells, const std::vector<std::size_t>& widths) {
  std::string line(kIndent, ' ');
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i] + std::string(widths[i] - cells[i].size() + kGap, ' ');
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

void CaseTable::add(const std::string& name, Cells cells) {
  for (auto& cell : cells) cell = one_line(cell);
  rows_.push_back({one_line(name), std::move(cells)});
}

std::string CaseTable::text() const {
  if (rows_.empty()) return {};
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < head_.size(); ++i) {
    std::size_t widest = head_[i].size();
    for (const auto& row : rows_) widest = std::max(widest, row.cells.at(i).size());
    widths.push_back(widest);
  }
  std::string text = line_of(head_, widths);
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    if (at == 0 || rows_[at].name != rows_[at - 1].name) text += rows_[at].name + "\n";
    text += line_of(rows_[at].cells, widths);
  }
  return text;
}

}  // namespace harness
