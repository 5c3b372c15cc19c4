#include "harness/plan/interpreters.h"

#include <cmath>
#include <set>

#include "harness/base/child.h"
#include "harness/base/errors.h"

namespace harness {
namespace {

struct Answer {
  Interpreter interpreter;  // its label is empty if it does not run or is no Python
  bool late = false;        // it did not answer in time
};

// What `python` says of itself: its version and where it is.
Answer ask(const std::string& python, std::chrono::nanoseconds patience) {
  const auto began = std::chrono::steady_clock::now();
  bool late = false;
  const std::string answer =
      output_of({python, "-c",
                 "import ctypes, multiprocessing, platform, sys;"
                 "sys.stdout.write(platform.python_version() + '\\n' + (sys.executable or ''))"},
                patience, &late);
  const auto end_of_line = answer.find('\n');
  const std::string version = answer.substr(0, end_of_line);
  if (end_of_line == std::string::npos ||
      version.find_first_not_of("0123456789.abrc+") != std::string::npos) {
    return {{"", python}, late};
  }
  const std::string program = answer.substr(end_of_line + 1);
  return {{version, program.empty() ? python : program, std::chrono::steady_clock::now() - began}};
}

// The program itself: a wrapper that picks one would cost its time at every launch.
Answer ask_behind(const std::string& python, std::chrono::nanoseconds patience) {
  Answer first = ask(python, patience);
  Interpreter& named = first.interpreter;
  if (named.label.empty() || named.path == python) return first;
  Answer itself = ask(named.path, patience);
  if (itself.interpreter.label == named.label) return itself;
  named.path = python;
  return first;
}

}  // namespace

std::vector<Interpreter> find_interpreters(const std::vector<std::string>& named,
                                           std::chrono::nanoseconds patience) {
  std::vector<Interpreter> found;
  std::set<std::string> labels;
  for (const auto& path : named) {
    const auto [python, late] = ask_behind(path, patience);
    if (late) {
      const std::chrono::duration<double> seconds = patience;
      throw BadUsage("--python: " + path + " gave no answer within " +
                     std::to_string(std::lround(seconds.count())) +
                     " s; name a Python interpreter");
    }
    if (python.label.empty()) {
      throw BadUsage("--python: " + path + " does not run; name a Python interpreter");
    }
    if (labels.insert(python.label).second) found.push_back(python);
  }
  if (!named.empty()) return found;
  const Interpreter python = ask_behind("python3", patience).interpreter;
  if (python.label.empty()) return {{"missing", ""}};
  return {python};
}

}  // namespace harness
