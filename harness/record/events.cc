#include "harness/record/events.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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

// Returns false if another process has the lock. Where the file system has none, as some have none of a folder, nothing
// is refused.
bool has_locked(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

}  // namespace

EventLog::EventLog(const fs::path& directory, const std::string& name)
    : path_(directory / name),
      folder_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  bool is_ours = folder_ < 0 || has_locked(folder_);
  fd_ = is_ours ? ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
  const int why = errno;
  if (is_ours && fd_ >= 0) is_ours = has_locked(fd_);
  if (is_ours && fd_ >= 0) return;
  const bool cannot = is_ours;
  close_all();
  errno = why;
  if (cannot) cannot_write(path_);
  throw BadUsage(directory.string() + ": a run is still writing to it");
}

EventLog::~EventLog() { close_all(); }

void EventLog::close_all() const {
  for (const int fd : {fd_, folder_}) {
    if (fd >= 0) ::close(fd);
  }
}

// What a launch complained of may be any bytes: those that are no UTF-8 are replaced.
void EventLog::append(const Json& event) {
  expect_in_place();
  write_all(fd_, path_, to_text(event) + "\n");
}

void EventLog::expect_in_place() const {
  struct stat open {
  }, named{};
  if (::fstat(fd_, &open) != 0) return;
  const bool is_there = ::stat(path_.c_str(), &named) == 0;
  if (!is_there && errno != ENOENT && errno != ENOTDIR) return;  // it is not known
  if (is_there && named.st_dev == open.st_dev && named.st_ino == open.st_ino) return;
  throw LogMoved(
      path_.string() +
      ": it was moved or removed while this was measuring, which ends here; if it was moved, "
      "--resume with the name of its new folder goes on");
}

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
