// CaseTable: a table for a terminal in which the name of a case stands once, on a line of its own, and its rows below it.
//
//   CaseTable table({"verdict", "metric"});
//   table.add("wakeup/operation:event_set", {"worse", "rate"});
//   std::cout << table.text();
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace harness {

class CaseTable {
 public:
  using Cells = std::vector<std::string>;

  explicit CaseTable(Cells head) : head_(std::move(head)) {}

  // Adds a row, with as many cells as the head has; rows of one case follow each other.
  void add(const std::string& name, Cells cells);

  // Returns lines with columns as wide as their widest cell; nothing if there are no rows.
  std::string text() const;

 private:
  struct Row {
    std::string name;
    Cells cells;
  };
  Cells head_;
  std::vector<Row> rows_;
};

}  // namespace harness
