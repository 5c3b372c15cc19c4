#include "harness/command/verdicts/trial_log.h"

#include <stdexcept>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"

namespace harness {

namespace {

const std::vector<std::string> kEvents = {"code", "delay", "failure", "late", "trial"};

}  // namespace

TrialLog::TrialLog(const std::filesystem::path& folder, bool resume, const Json& settings)
    : log_(kTrialsLog) {
  log_.open(folder, resume, settings, [this](const Json& line) { read_line(line); });
}

void TrialLog::expect_code(const std::string& name, const std::string& linked) {
  const auto [first, is_new] = code_.emplace(name, linked);
  if (is_new) log_.append({{"event", "code"}, {"case", name}, {"linked", linked}});
  if (first->second == linked) return;
  throw BadUsage(
      "aa: the build was replaced while it was measured: what it runs, or a library that it "
      "loads, is another one than at first; name a copy, and another --out");
}

void TrialLog::add(const Trial& trial) {
  log_.append(json_of(trial));
  trials_.push_back(trial);
}

void TrialLog::add_delay(const std::string& name, double share, double ns) {
  log_.append({{"event", "delay"}, {"case", name}, {"slowed_by", share}, {"ns", ns}});
  delays_[{name, share}] = ns;
}

void TrialLog::add_late(const LateLaunch& late) {
  log_.append({{"event", "late"}, {"launch", json_of(late)}});
  late_.push_back(late);
}

void TrialLog::add_failure(const std::string& why) {
  log_.append({{"event", "failure"}, {"why", why}});
  failures_.push_back(why);
}

void TrialLog::read_line(const Json& line) {
  const auto event = line.at("event").get<std::string>();
  if (event == "delay") {
    delays_[{line.at("case").get<std::string>(), line.at("slowed_by").get<double>()}] =
        line.at("ns").get<double>();
  }
  if (event == "code") {
    code_[line.at("case").get<std::string>()] = line.at("linked").get<std::string>();
  }
  if (event == "failure") failures_.push_back(line.at("why").get<std::string>());
  if (event == "late") late_.push_back(late_launch_from(line.at("launch")));
  if (event == "trial") trials_.push_back(trial_from(line));
  if (!contains(kEvents, event)) throw std::out_of_range(event);
}

}  // namespace harness
