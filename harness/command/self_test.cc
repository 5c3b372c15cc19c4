#include "harness/command/self_test.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>

#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/judge/injected_delay.h"
#include "harness/judge/self_test.h"
#include "harness/judge/self_test_report.h"
#include "harness/record/folder.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kLog = "aa.jsonl";

// What every trial of a folder has in common: trials of other settings say nothing of these.
Json settings_of(const CompareOptions& options, const Build& build) {
  Json powers = Json::array();
  for (const double percent : options.powers) powers.push_back(percent);
  const auto changed = fs::last_write_time(build.program()).time_since_epoch().count();
  return {{"event", "aa"},
          {"program", build.program().string()},
          {"changed", static_cast<std::int64_t>(changed)},
          {"rounds", options.settings.rounds},
          {"delta", options.settings.delta},
          {"power", powers},
          {"options", options.settings.options},
          {"filters", options.words}};
}

// The trials of a folder, one line each, written as they end.
class TrialLog {
 public:
  TrialLog(const CompareOptions& options, const Json& settings)
      : path_(options.resume ? fs::path(options.out) : Folder(options.out, kLog).path()) {
    options.resume ? read(settings) : append(settings);
  }

  const fs::path& folder() const { return path_; }
  const std::vector<Trial>& trials() const { return trials_; }
  const std::map<std::string, double>& delays() const { return delays_; }

  void add(const Trial& trial) {
    append(json_of(trial));
    trials_.push_back(trial);
  }
  void add_delay(const std::string& name, double ns_per_percent) {
    append({{"event", "delay"}, {"case", name}, {"ns_per_percent", ns_per_percent}});
    delays_[name] = ns_per_percent;
  }

 private:
  void append(const Json& line) {
    std::ofstream file(path_ / kLog, std::ios::app);
    file << line.dump() << "\n";
    if (!file.flush()) throw CannotWrite((path_ / kLog).string());
  }

  void read(const Json& settings) {
    std::ifstream file(path_ / kLog);
    std::string text;
    if (!std::getline(file, text)) {
      throw BadUsage("--resume: " + path_.string() + " has no trials; leave --resume out");
    }
    if (Json::parse(text, nullptr, false) != settings) {
      throw BadUsage("--resume: the trials in " + path_.string() +
                     " are of another build, other cases or other options; name another --out");
    }
    bool whole = true;
    while (std::getline(file, text)) {
      whole = !file.eof();
      const Json line = Json::parse(text, nullptr, false);
      if (line.is_discarded()) continue;  // it was killed while it wrote this line
      if (line.at("event") == "delay") {
        delays_[line.at("case").get<std::string>()] = line.at("ns_per_percent").get<double>();
      }
      if (line.at("event") == "trial") trials_.push_back(trial_from(line));
    }
    if (!whole) std::ofstream(path_ / kLog, std::ios::app) << "\n";
  }

  fs::path path_;
  std::vector<Trial> trials_;
  std::map<std::string, double> delays_;
};

class SelfTestRun {
 public:
  SelfTestRun(CompareOptions options, Build build)
      : options_(std::move(options)),
        build_(std::move(build)),
        cases_(build_.cases(selection_of(options_))),
        log_(options_, settings_of(options_, build_)) {
    options_.settings.scratch = log_.folder() / "launch";
    if (options_.settings.budget) end_ = Clock::now() + *options_.settings.budget;
    options_.settings.budget.reset();
  }

  int run() {
    const FinishFirst finish;  // what was measured is written
    const std::vector<double> nothing = {0};
    const auto& percents = options_.powers.empty() ? nothing : options_.powers;
    if (!options_.powers.empty()) find_delays();
    for (int number = 0; number < options_.trials; ++number) {
      for (const double percent : percents) {
        if (made(percent) > number) continue;
        if (!has_time(percent)) return end();
        perform(percent, number);
      }
    }
    return end();
  }

 private:
  int made(double percent) const {
    int count = 0;
    for (const auto& trial : log_.trials()) count += trial.slowed_by == percent / 100 ? 1 : 0;
    return count;
  }

  // As long as the longest of its kind so far took.
  bool has_time(double percent) const {
    if (interrupted() != 0) return false;
    double longest = 0;
    for (const auto& trial : log_.trials()) {
      if (trial.slowed_by == percent / 100) longest = std::max(longest, trial.seconds);
    }
    return !end_ || Clock::now() + std::chrono::duration<double>(longest) <= *end_;
  }

  // Finds, of each case, by how much of a delay it is slowed; leaves out the cases that take none.
  void find_delays() {
    std::vector<std::string> slowed;
    for (const auto& name : cases_) {
      if (interrupted() != 0) return;
      if (log_.delays().count(name) == 0) {
        const auto delay =
            delay_per_percent(build_, name, options_.settings.options, options_.settings.scratch);
        if (!delay) {
          std::cerr << "bench-all: left out, an injected delay does not slow it: " << name << "\n";
          continue;
        }
        log_.add_delay(name, *delay);
      }
      slowed.push_back(name);
    }
    if (slowed.empty()) {
      throw BadUsage(
          "aa --power: no case is slowed by an injected delay; those of gilfree's Queue, Lock and "
          "Pool are");
    }
    cases_ = slowed;
  }

  void perform(double percent, int number) {
    auto settings = options_.settings;
    settings.seed += log_.trials().size();
    for (const auto& name : cases_) {
      if (percent > 0) {
        settings.options_of_pair[name] = {{injected_delay(0)},
                                          {injected_delay(percent * log_.delays().at(name))}};
      }
    }
    const auto begun = Clock::now();
    Comparison comparison(build_, build_, cases_, settings);
    comparison.run(progress_of(options_, "trial " + std::to_string(number + 1) + ", "));
    if (interrupted() != 0) return;  // its rounds are not all there
    const std::chrono::duration<double> took = Clock::now() - begun;
    log_.add(trial_of(comparison.result(), percent / 100, took.count()));
  }

  int end() const {
    SelfTest test(options_.settings.delta);
    for (const auto& trial : log_.trials()) test.add(trial);
    write_self_test(test, options_.settings, log_.folder());
    std::cout << text_of(test);
    const int signal = interrupted();
    return signal == 0 ? kOk : 128 + signal;
  }

  CompareOptions options_;
  Build build_;
  std::vector<std::string> cases_;
  TrialLog log_;
  std::optional<Clock::time_point> end_;
};

}  // namespace

int self_test(CompareOptions options) {
  const Build build = Build::find(options.a.empty() ? "/proc/self/exe" : options.a);
  return SelfTestRun(std::move(options), build).run();
}

}  // namespace harness
