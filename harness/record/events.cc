#include "harness/record/events.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "harness/base/files.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

// What is not is damaged: dropping it in silence would drop a measurement.
bool is_event(const Json& line) {
  return line.is_object() && line.contains("event") && line["event"].is_string() &&
         (line["event"] != "sample" || (line.contains("row") && line["row"].is_object()));
}

}  // namespace

EventLog::EventLog(const fs::path& directory) : path_(directory / "events.jsonl") {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) cannot_write(path_);
}

EventLog::~EventLog() { ::close(fd_); }

// What a launch complained of may be any bytes: those that are no UTF-8 are replaced.
void EventLog::append(const Json& event) { write_all(fd_, path_, to_text(event) + "\n"); }

std::vector<Json> read_events(const fs::path& directory) {
  const fs::path path = directory / "events.jsonl";
  std::ifstream in(path);
  if (!in)
    throw std::runtime_error(path.string() + ": no such run; name a folder that `run` wrote");
  std::vector<Json> events;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    Json event = Json::parse(line, nullptr, false);
    if (is_event(event)) {
      events.push_back(std::move(event));
    } else if (!in.eof() && in.peek() != std::ifstream::traits_type::eof()) {
      throw std::runtime_error(path.string() + ": line " + std::to_string(number) +
                               " is damaged; delete that line to use the rest");
    }
  }
  return events;
}

}  // namespace harness
