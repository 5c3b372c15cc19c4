// Events: everything a run measures, appended to events.jsonl line by line as it happens.
//
// The other files of a run are made from it, at the end or by `bench-all report DIR`, so a run that
// is killed loses at most the line it was writing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json_fwd.h"

namespace harness {

// The folder that a command writes to was moved or removed meanwhile.
class LogMoved : public CannotWrite {
 public:
  using CannotWrite::CannotWrite;
};

class EventLog {
 public:
  // Locks the folder and the file while it lives: of all commands, one at a time writes to a folder. Throws CannotWrite, as
  // append does: "DIR/events.jsonl: No space left on device"; BadUsage if another command writes to it.
  explicit EventLog(const std::filesystem::path& directory,
                    const std::string& name = "events.jsonl");
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void append(const Json& event);
  // After a last line that was cut short.
  void end_line();
  // Throws LogMoved if the file is not the one that has this name any more, as append does: what follows would go
  // elsewhere than the other files of the folder.
  void expect_in_place() const;

 private:
  void close_all() const;

  std::filesystem::path path_;
  int folder_, fd_;  // folder_: below 0 where a folder cannot be opened, only written to
};

// Returns them in order, leaving out a last line that was cut short. Throws std::runtime_error if there
// is no file, or a line breaks a rule (event_rules.h): "DIR/events.jsonl: line 7: 'ops' is not a number".
std::vector<Json> read_events(const std::filesystem::path& directory);

}  // namespace harness
