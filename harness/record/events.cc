#include "harness/record/events.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/record/event_rules.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int line, const std::string& fault) {
  throw std::runtime_error(path.string() + ": line " + std::to_string(line) + ": " + fault);
}

}  // namespace

EventLog::EventLog(const fs::path& directory, const std::string& name) : path_(directory / name) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) cannot_write(path_);
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(fd_);
  throw BadUsage(directory.string() + ": a run is still writing to it");
}

EventLog::~EventLog() { ::close(fd_); }

// What a launch complained of may be any bytes: those that are no UTF-8 are replaced.
void EventLog::append(const Json& event) { write_all(fd_, path_, to_text(event) + "\n"); }

void EventLog::end_line() { write_all(fd_, path_, "\n"); }

std::vector<Json> read_events(const fs::path& directory) {
  const fs::path path = directory / "events.jsonl";
  std::ifstream in(path);
  if (!in) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    throw std::runtime_error(
        path.string() + ": " +
        (absent ? "no such run; name a folder that `run` wrote" : reason(errno)));
  }
  std::vector<Json> events;
  EventRules rules;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    auto event = parse_event(line);
    if (!event && in.eof()) break;  // cut short: no line's end follows it
    if (!event) refuse(path, number, "is not JSON; delete that line to use the rest");
    if (const auto fault = rules.fault(*event, number)) refuse(path, number, *fault);
    events.push_back(std::move(*event));
  }
  if (events.empty()) refuse(path, 1, "does not begin with a run; name a folder that `run` wrote");
  return events;
}

}  // namespace harness
