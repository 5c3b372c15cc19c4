#include "harness/command/verdicts/trial_log.h"

#include <fstream>

#include "harness/base/errors.h"
#include "harness/record/folder.h"

namespace harness {
namespace {

constexpr const char* kLog = "aa.jsonl";

}  // namespace

TrialLog::TrialLog(const std::filesystem::path& folder, bool resume, const Json& settings)
    : folder_(resume ? folder : Folder(folder, kLog).path()) {
  if (resume && !std::filesystem::exists(folder_ / kLog)) {
    throw BadUsage("--resume: " + folder_.string() + " has no trials; leave --resume out");
  }
  log_.emplace(folder_, kLog);
  resume ? read(settings) : log_->append(settings);
}

void TrialLog::add(const Trial& trial) {
  log_->append(json_of(trial));
  trials_.push_back(trial);
}

void TrialLog::add_delay(const std::string& name, double share, double ns) {
  log_->append({{"event", "delay"}, {"case", name}, {"slowed_by", share}, {"ns", ns}});
  delays_[{name, share}] = ns;
}

void TrialLog::refuse(int line, const std::string& why) const {
  throw BadUsage("--resume: " + (folder_ / kLog).string() + ": line " + std::to_string(line) + " " +
                 why);
}

void TrialLog::read(const Json& settings) {
  std::ifstream file(folder_ / kLog);
  std::string text;
  bool whole = true;
  int number = 0;
  std::uintmax_t kept = 0;  // bytes of lines that can be read
  for (; std::getline(file, text); kept += text.size() + 1) {
    whole = !file.eof();
    const Json line = Json::parse(text, nullptr, false);
    if (++number == 1) {
      if (!line.is_object()) refuse(1, "does not have the settings; name another --out");
      // As they were written: bytes that are no UTF-8 have been replaced.
      if (line == Json::parse(to_text(settings))) continue;
      throw BadUsage("--resume: the trials in " + folder_.string() +
                     " are of another build, other cases or other options; name another --out");
    }
    if (!whole && line.is_discarded()) {  // it was killed while it wrote this line
      std::filesystem::resize_file(folder_ / kLog, kept);
      return;
    }
    try {
      read_line(line);
    } catch (const std::exception&) {  // Json's, or a metric that is none
      refuse(number, "is no trial; delete that line to use the rest");
    }
  }
  if (number == 0) log_->append(settings);  // it was killed before it wrote them
  if (!whole) log_->end_line();
}

void TrialLog::read_line(const Json& line) {
  const auto event = line.at("event").get<std::string>();
  if (event == "delay") {
    delays_[{line.at("case").get<std::string>(), line.at("slowed_by").get<double>()}] =
        line.at("ns").get<double>();
  }
  if (event == "trial") trials_.push_back(trial_from(line));
}

}  // namespace harness
