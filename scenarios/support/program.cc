#include "scenarios/support/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/stage.h"
#include "scenarios/support/worker_group.h"

namespace scenarios {
namespace {

// A program that writes without end must not fill this one's memory.
constexpr std::size_t kMostNotes = 1 << 16;
constexpr char kPage[] = " (harness/docs/contender-program.md)";

std::string read_all(int fd) {
  std::string text;
  char some[4096];
  for (ssize_t n; text.size() < kMostNotes && (n = ::read(fd, some, sizeof some)) > 0;) {
    text.append(some, static_cast<std::size_t>(n));
  }
  return text;
}

// The reading end of a program's standard output; closed also where a note ends the launch.
struct ReadEnd {
  explicit ReadEnd(int descriptor) : fd(descriptor) {}
  ~ReadEnd() { ::close(fd); }
  ReadEnd(const ReadEnd&) = delete;
  ReadEnd& operator=(const ReadEnd&) = delete;

  const int fd;
};

// What a program knows and this one does not. All else of a row is measured here: a program that wrote, say, the
// column `impl` would appear as another contender.
struct Column {
  std::string_view name;
  std::string_view values;  // that it may have, in words
  bool (*has)(const std::string& value);
};

template <const std::string_view&... kWords>
bool is_one_of(const std::string& value) {
  return ((value == kWords) || ...);
}
constexpr std::string_view kBlock = "block", kSpin = "spin", kYield = "yield",
                           kAdaptive = "adaptive", kProcess = "process", kThread = "thread",
                           kOn = "on", kOff = "off", kNo = "0", kYes = "1";

bool is_count(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && value >= 0;
}

constexpr Column kColumns[] = {
    {"primitive", "any text", [](const std::string&) { return true; }},
    {"wait", "block, spin, yield or adaptive", is_one_of<kBlock, kSpin, kYield, kAdaptive>},
    {"scope", "process or thread", is_one_of<kProcess, kThread>},
    {"gil", "on or off", is_one_of<kOn, kOff>},
    {"verified", "0 or 1", is_one_of<kNo, kYes>},
    {"max_inside", "a whole number from 0 on", is_count},
    {"max_wait_ns", "a whole number from 0 on", is_count},
};

const Column* column_called(const std::string& name) {
  const auto found = std::find_if(std::begin(kColumns), std::end(kColumns),
                                  [&](const Column& each) { return each.name == name; });
  return found == std::end(kColumns) ? nullptr : found;
}

// Notes a line, "max_inside 2", as a column and its value. `before`: what stood before it in its line.
void note(harness::Run& run, const std::string& whose, const std::string& line,
          const std::string& before = "") {
  std::istringstream words(line);
  std::string column, value;
  words >> column;
  std::getline(words >> std::ws, value);
  if (value.empty() && (column == "error" || column == "skipped")) value = "it gave no reason";
  if (column == "error") throw std::runtime_error(whose + ": " + value);
  if (column == "skipped") run.skip(whose + ": " + value);
  const Column* known = column_called(column);
  if (value.empty() || known == nullptr) {
    const std::string wrote = "the " + whose + " program wrote ";
    if (before.empty()) {
      throw std::runtime_error(wrote + harness::in_quotes(line) +
                               ", which is no note; write all else to standard error" + kPage);
    }
    throw std::runtime_error(wrote + harness::in_quotes(before + line) + ": the byte " + before +
                             ", then " + harness::in_quotes(line) +
                             ", which is no note; the first byte is r alone, and all else than "
                             "notes goes to standard error" +
                             kPage);
  }
  if (!known->has(value)) {
    throw std::runtime_error(whose + ": the note " + harness::in_quotes(column + " " + value) +
                             " is refused; " + column + " is " + std::string(known->values) +
                             kPage);
  }
  run.note(column, value);
}

void note_all(harness::Run& run, const std::string& whose, const std::string& text) {
  if (text.size() >= kMostNotes) {
    throw std::runtime_error("the " + whose +
                             " program wrote 64 KiB and more to standard output, which is for " +
                             "notes; write all else to standard error" + kPage);
  }
  std::istringstream lines(text);
  std::string before = "r";
  for (std::string line; std::getline(lines, line); before.clear()) {
    if (!line.empty()) note(run, whose, line, before);
  }
}

// Reads the first byte. If it is not the `r`, the line that it begins says why.
bool has_begun(int fd, harness::Run& run, const std::string& whose) {
  std::string line;
  for (char byte; ::read(fd, &byte, 1) == 1 && byte != '\n' && line.size() < kMostNotes;) {
    if (line.empty() && byte == 'r') return true;
    line += byte;
  }
  if (!line.empty()) note(run, whose, line);
  return false;
}

// Becomes the program.
[[noreturn]] void become(const std::vector<char*>& command) {
  ::execvp(command[0], command.data());
  const int error = errno;
  struct stat facts {};
  const bool is_there = error == ENOENT && ::stat(command[0], &facts) == 0;
  throw std::runtime_error("cannot run " + std::string(command[0]) + ": " + harness::reason(error) +
                           (is_there ? " (the interpreter that its first line names)" : ""));
}

// Waits for its end. Throws what went wrong, and for a program of a user where the remedy is.
void join(WorkerGroup& group, const harness::Run& run) try {
  group.join();
} catch (const std::runtime_error& why) {
  if (run.program().empty()) throw;
  throw std::runtime_error(why.what() + std::string("; see \"When it fails\"") + kPage);
}

}  // namespace

void run_program(harness::Run& run, const std::string& whose, std::vector<std::string> words) {
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);

  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no file descriptors are left");
  const ReadEnd notes(output[0]);
  WorkerGroup group;
  group.start(whose + " program", -1, [&] {
    ::dup2(output[1], STDOUT_FILENO);
    group.may_exit();
    become(command);
  });
  ::close(output[1]);
  group.go();
  // The program starts, imports and forks before it counts: the first window opens after that.
  harness::begin_stage("the " + whose +
                       " program has not written the byte r, which opens the windows" + kPage);
  const bool began = has_begun(notes.fd, run, whose);
  if (began) run.measure();
  harness::begin_stage("the " + whose +
                       " program was told to stop, and it or a process that it started has not" +
                       kPage);
  note_all(run, whose, read_all(notes.fd));
  join(group, run);
  if (!began) {
    throw std::runtime_error("the " + whose +
                             " program ended before it wrote the byte r, which opens the windows" +
                             kPage);
  }
}

}  // namespace scenarios
