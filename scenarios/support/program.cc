#include "scenarios/support/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/support/worker_group.h"

namespace scenarios {
namespace {

// A program that writes without end must not fill this one's memory.
constexpr std::size_t kMostNotes = 1 << 16;

std::string read_all(int fd) {
  std::string text;
  char some[4096];
  for (ssize_t n; text.size() < kMostNotes && (n = ::read(fd, some, sizeof some)) > 0;) {
    text.append(some, static_cast<std::size_t>(n));
  }
  return text;
}

// Notes each line, "max_inside 2\n", as a column and its value.
void note_all(harness::Run& run, const std::string& whose, const std::string& text) {
  std::istringstream lines(text);
  for (std::string column, value; lines >> column && std::getline(lines >> std::ws, value);) {
    if (column == "error") throw std::runtime_error(whose + ": " + value);
    if (column == "skipped") run.skip(whose + ": " + value);
    run.note(column, value);
  }
}

}  // namespace

void run_program(harness::Run& run, const std::string& whose, std::vector<std::string> words) {
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);

  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no file descriptors are left");
  WorkerGroup group;
  group.start(whose + " program", -1, [&] {
    ::dup2(output[1], STDOUT_FILENO);
    ::execvp(command[0], command.data());
    throw std::runtime_error("cannot run " + words[0]);
  });
  ::close(output[1]);
  group.go();
  // The program starts, imports and forks before it counts: the first window opens after that.
  char first = 0;
  const bool began = ::read(output[0], &first, 1) == 1 && first == 'r';
  if (began) run.measure();
  note_all(run, whose, (began ? "" : std::string(1, first)) + read_all(output[0]));
  ::close(output[0]);
  group.join();
  if (!began) throw std::runtime_error("the " + whose + " program ended before it began");
}

}  // namespace scenarios
