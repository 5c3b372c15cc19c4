#include "harness/plan/interpreters.h"

#include <set>

#include "harness/base/child.h"
#include "harness/base/errors.h"

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

}  // namespace harness
