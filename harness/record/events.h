// Events: everything a run measures, appended to events.jsonl line by line as it happens.
//
// The other files of a run are made from it, at the end or by `bench-all report DIR`, so a run that
// is killed loses at most the line it was writing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/json.h"

namespace harness {

class EventLog {
 public:
  // Throws CannotWrite, as append does: "DIR/events.jsonl: No space left on device".
  explicit EventLog(const std::filesystem::path& directory);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void append(const Json& event);

 private:
  std::filesystem::path path_;
  int fd_;
};

// Reads them back, leaving out a last line that was cut short. Throws std::runtime_error, naming the
// file, if there is none or a line in the middle is damaged.
std::vector<Json> read_events(const std::filesystem::path& directory);

}  // namespace harness
