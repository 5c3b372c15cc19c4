#include "harness/record/event_rules.h"

#include <algorithm>
#include <charconv>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/measure/histogram.h"
#include "harness/record/columns.h"

namespace harness {
namespace {

constexpr int kDeepest = 16;

using Fault = std::optional<std::string>;

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A whole number from 1 on, or 0.
std::int64_t count_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

// A number, or its text: what a party in another language notes is text.
bool is_number(const Json& cell) {
  if (!cell.is_string()) return cell.is_number();
  const auto& text = cell.get_ref<const std::string&>();
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size();
}

Fault cell_fault(const std::string& column, const Json& cell) {
  const bool is_column = std::find(kColumns.begin(), kColumns.end(), column) != kColumns.end();
  if (!is_column || cell.is_null()) return std::nullopt;
  const bool is_text =
      std::find(kTextColumns.begin(), kTextColumns.end(), column) != kTextColumns.end();
  if (is_text && cell.is_string()) return std::nullopt;
  if (!is_text && is_number(cell)) return std::nullopt;
  return in_quotes(column) + (is_text ? " is not text" : " is not a number");
}

Fault latency_fault(const Json& latency) {
  if (!latency.is_array()) return "'latency' is not a list";
  for (const Json& entry : latency) {
    const bool is_pair = entry.is_array() && entry.size() == 2 && entry[0].is_number_integer() &&
                         entry[1].is_number_integer();
    if (!is_pair || entry[0] < 0 || entry[0] >= Histogram::kBuckets || entry[1] < 1) {
      return "'latency' has an entry that is not a bucket and its count";
    }
  }
  return std::nullopt;
}

}  // namespace

Fault EventRules::fault(const Json& event, int line) {
  if (!event.is_object()) return "is not a JSON object";
  const std::string kind = text_at(event, "event");
  if (!is_one_of(kind, {"run", "sample", "end"})) return "'event' is not run, sample or end";
  if (ended_ != 0) return "follows the end of the run, which is line " + std::to_string(ended_);
  if (kind == "run") return run_fault(event, line);
  if (begun_ == 0) return "does not begin with a run; name a folder that `run` wrote";
  if (kind == "end") {
    ended_ = line;
    return std::nullopt;
  }
  const auto row = event.find("row");
  if (row == event.end() || !row->is_object()) return "has no row";
  if (const auto fault = row_fault(*row, line)) return fault;
  if (event.contains("rows") && count_at(event, "rows") < 1) {
    return "'rows' is not a whole number from 1 on; delete that line to use the rest";
  }
  const auto latency = event.find("latency");
  return latency == event.end() ? std::nullopt : latency_fault(*latency);
}

Fault EventRules::run_fault(const Json& event, int line) {
  if (begun_ != 0) return "a second run begins; a folder holds one";
  begun_ = line;
  run_id_ = event.value("run_id", Json());
  return std::nullopt;
}

Fault EventRules::row_fault(const Json& row, int line) {
  for (const auto& [column, cell] : row.items()) {
    if (const auto fault = cell_fault(column, cell)) return fault;
  }
  const std::string name = text_at(row, "case"), status = text_at(row, "status");
  if (name.empty()) return "its row has no 'case'";
  if (!is_one_of(status, {"ok", "skipped", "failed", "timeout"})) {
    return "'status' is not ok, skipped, failed or timeout";
  }
  for (const char* key : {"launch", "repetition"}) {
    if (count_at(row, key) < 1) return in_quotes(key) + " is not a whole number from 1 on";
  }
  if (!run_id_.is_null() && row.value("run_id", Json()) != run_id_) {
    return "'run_id' is not that of the run";
  }
  const Row key{name, count_at(row, "launch"), count_at(row, "repetition")};
  const auto [first, is_new] = rows_.emplace(key, line);
  if (!is_new) return "is the same row as line " + std::to_string(first->second);
  return std::nullopt;
}

std::optional<Json> parse_event(const std::string& line) {
  bool too_deep = false;
  const auto look = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  Json event = Json::parse(line, look, false);
  if (event.is_discarded() || too_deep) return std::nullopt;
  return event;
}

}  // namespace harness
