// SettingsLog: a file of JSON lines that a command writes as it measures, and reads again with --resume.
//
// Its first line has the settings, which all others have in common. A last line that was cut short is removed. Lines with
// "seconds", how long what they tell took, are refused if one is there twice: it would count twice.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness/base/json_fwd.h"
#include "harness/record/events.h"

namespace harness {

// The setting that is measured_on(): what another machine has otherwise is named as `compare` does.
inline constexpr char kMachine[] = "measured_on";

class SettingsLog {
 public:
  struct Names {
    std::string file, line, lines;  // "aa.jsonl", "trial", "trials"
  };

  explicit SettingsLog(Names names) : names_(std::move(names)) {}

  // Begins a new log in a new folder or, with `resume`, gives each line of the one that is there to `read`, which
  // throws if it is none. Throws BadUsage if the folder cannot be that, its settings are others, a line is damaged or
  // another command writes to it.
  void open(const std::filesystem::path& folder, bool resume, const Json& settings,
            const std::function<void(const Json&)>& read);

  // Throws BadUsage if the folder has such a log, or one that this one may not stand beside.
  void expect_none(const std::filesystem::path& folder) const;
  // Returns the settings of the log that the folder has; an empty object if there are none that can be read.
  Json settings_in(const std::filesystem::path& folder) const;

  const std::filesystem::path& folder() const { return folder_; }
  void append(const Json& line) { log_->append(line); }
  // Throws LogMoved if the folder was moved or removed meanwhile.
  void expect_in_place() const { log_->expect_in_place(); }

 private:
  void read_all(const Json& settings, const std::function<void(const Json&)>& read);
  void expect_settings(const Json& line, const Json& settings) const;
  [[noreturn]] void refuse(int line, const std::string& why) const;

  Names names_;
  std::filesystem::path folder_;
  std::optional<EventLog> log_;
};

inline const SettingsLog::Names kRoundsLog{"ab.jsonl", "pair of launches", "rounds"};
inline const SettingsLog::Names kTrialsLog{"aa.jsonl", "trial", "trials"};

}  // namespace harness
