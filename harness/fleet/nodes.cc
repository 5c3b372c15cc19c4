#include "harness/fleet/nodes.h"

#include <algorithm>
#include <cctype>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

constexpr int kMostNodes = 100'000;

[[noreturn]] void is_no_list(const std::string& list) {
  throw BadUsage("--nodes: " + in_quotes(list) + " is no list of nodes; write n1,n2 or n[1-4,7]");
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 7 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool is_name(const std::string& text) {
  return !text.empty() && text[0] != '-' && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// "n1,m[1,3]" -> "n1", "m[1,3]": a comma in brackets does not separate.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts{""};
  bool inside = false;
  for (const char c : list) {
    inside = c == '[' || (inside && c != ']');
    if (c == ',' && !inside)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// "08-10" -> 08, 09, 10
std::vector<std::string> numbers_of(const std::string& range, const std::string& list) {
  const auto ends = split(range, '-');
  if (ends.size() > 2 || !is_number(ends.front()) || !is_number(ends.back())) is_no_list(list);
  const int from = std::stoi(ends.front()), to = std::stoi(ends.back());
  if (from > to || to - from >= kMostNodes) is_no_list(list);
  std::vector<std::string> numbers;
  for (int number = from; number <= to; ++number) {
    std::string digits = std::to_string(number);
    const auto width = std::max(ends.front().size(), digits.size());
    numbers.push_back(std::string(width - digits.size(), '0') + digits);
  }
  return numbers;
}

std::vector<std::string> names_of(const std::string& part, const std::string& list) {
  const auto open = part.find('[');
  if (open == std::string::npos) return {part};
  if (part.back() != ']') is_no_list(list);
  std::vector<std::string> names;
  for (const auto& range : split(part.substr(open + 1, part.size() - open - 2), ',')) {
    for (const auto& number : numbers_of(range, list))
      names.push_back(part.substr(0, open) + number);
  }
  return names;
}

// Of a run that has measured to its end, though cases may have failed or been skipped.
bool is_complete(int code) {
  return code == kOk || code == kFailed || code == kNothingRan || code == kHung;
}

// The exit code in run.json; -1 if there is none.
int exit_code_of(const fs::path& run) {
  const auto text = read_text(run / "run.json");
  if (!text) return -1;
  const Json facts = Json::parse(*text, nullptr, false);
  if (!facts.is_object() || !facts.contains("exit_code")) return -1;
  return facts["exit_code"].is_number_integer() ? facts["exit_code"].get<int>() : -1;
}

}  // namespace

std::vector<std::string> node_names(const std::string& list) {
  std::vector<std::string> all;
  for (const auto& part : parts_of(list)) {
    for (const auto& name : names_of(part, list)) {
      if (!is_name(name)) is_no_list(list);
      add_once(all, name);
    }
  }
  return all;
}

Measured measured_in(const fs::path& folder) {
  Measured found;
  auto latest = fs::file_time_type::min();
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (!fs::exists(entry.path() / "events.jsonl", none)) continue;
    ++found.attempts;
    const int code = exit_code_of(entry.path());
    const bool is_done = is_complete(code);
    const auto time = fs::last_write_time(entry.path() / "events.jsonl", none);
    const bool was_done = found.state == Measured::State::kDone;
    if (was_done && !is_done) continue;
    if (is_done == was_done && time <= latest) continue;
    latest = time;
    found.state = is_done ? Measured::State::kDone : Measured::State::kBegun;
    found.run = entry.path();
    found.exit_code = code;
  }
  return found;
}

}  // namespace harness
