#include "harness/run/outcomes.h"

#include <iostream>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"

namespace harness {

std::string Outcomes::reason_of(const Json& row) {
  const Json reason = row.value("error", Json());
  if (!reason.is_string()) return "no reason given";
  return Json::parse(to_text(reason));
}

void Outcomes::add(const Json& row) {
  const std::string status = row.at("status");
  ++rows_[status];
  if (status == "skipped") ++skipped_for_[reason_of(row)];
}

int Outcomes::count(const std::string& status) const {
  const auto found = rows_.find(status);
  return found == rows_.end() ? 0 : found->second;
}

void Outcomes::say_why_nothing_ran() const {
  constexpr std::size_t kMost = 5;
  std::size_t said = 0;
  for (const auto& [why, cases] : skipped_for_) {
    if (++said > kMost) break;
    std::cerr << "bench-all: " << counted(cases, "case") << " cannot run here: " << one_line(why)
              << "\n";
  }
  if (skipped_for_.size() > kMost) {
    std::cerr << "bench-all: " << counted(skipped_for_.size() - kMost, "more reason")
              << ": see samples.csv, column error\n";
  }
}

int Outcomes::exit_code() const {
  if (const int number = interrupted(); number != 0) return 128 + number;
  if (count("timeout") > 0) return kHung;
  if (count("failed") > 0) return kFailed;
  return count("ok") > 0 ? kOk : kNothingRan;
}

}  // namespace harness
