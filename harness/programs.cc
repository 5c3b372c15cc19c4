#include "harness/programs.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "harness/errors.h"

namespace harness {
namespace {

// What `python` says of itself: its version and where it is. The label is empty if it does not run or
// is no Python.
Interpreter ask(const std::string& python) {
  const auto began = std::chrono::steady_clock::now();
  const std::string answer =
      output_of({python, "-c",
                 "import ctypes, multiprocessing, platform, sys;"
                 "sys.stdout.write(platform.python_version() + '\\n' + (sys.executable or ''))"});
  const auto end_of_line = answer.find('\n');
  const std::string version = answer.substr(0, end_of_line);
  if (end_of_line == std::string::npos ||
      version.find_first_not_of("0123456789.abrc+") != std::string::npos) {
    return {"", python};
  }
  const std::string program = answer.substr(end_of_line + 1);
  return {version, program.empty() ? python : program, std::chrono::steady_clock::now() - began};
}

// The program itself: a wrapper that picks one would cost its time at every launch.
Interpreter behind(const std::string& python) {
  Interpreter first = ask(python);
  if (first.label.empty() || first.path == python) return first;
  Interpreter itself = ask(first.path);
  if (itself.label == first.label) return itself;
  first.path = python;
  return first;
}

}  // namespace

std::string output_of(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0) return {};
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "";
}

std::vector<Interpreter> find_interpreters(const std::vector<std::string>& named) {
  std::vector<Interpreter> found;
  std::set<std::string> labels;
  for (const auto& path : named) {
    const Interpreter python = behind(path);
    if (python.label.empty()) {
      throw BadUsage("--python: " + path + " does not run; name a Python interpreter");
    }
    if (labels.insert(python.label).second) found.push_back(python);
  }
  if (!named.empty()) return found;
  const Interpreter python = behind("python3");
  if (python.label.empty()) return {{"missing", ""}};
  return {python};
}

std::string find_plotter() {
  const char* chosen = std::getenv("GILFREE_PYTHON");
  for (std::string python : {chosen != nullptr ? chosen : "", "/usr/bin/python3", "python3"}) {
    if (python.empty()) continue;
    if (!output_of({python, "-I", "-c", "import matplotlib; print(1)"}).empty()) return python;
  }
  return {};
}

}  // namespace harness
