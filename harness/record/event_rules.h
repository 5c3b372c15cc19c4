// EventRules: what makes the lines of an events.jsonl a run that can be believed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "harness/base/json.h"

namespace harness {

class EventRules {
 public:
  // Takes the events in order. Returns what is wrong with this one, or with it after those before it:
  // "`ops` is text", "the same row as in line 3"; nothing if it is right.
  std::optional<std::string> fault(const Json& event, int line);

 private:
  using Row = std::tuple<std::string, std::int64_t, std::int64_t>;  // case, launch, repetition

  std::optional<std::string> run_fault(const Json& event, int line);
  std::optional<std::string> row_fault(const Json& row, int line);

  std::map<Row, int> rows_;    // the line of each
  int begun_ = 0, ended_ = 0;  // in which line
  Json run_id_;
};

// Parses a line. Returns nothing if it is not JSON, or nested deeper than any event is.
std::optional<Json> parse_event(const std::string& line);

}  // namespace harness
