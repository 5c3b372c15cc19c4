#include "harness/plan/interpreters.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/base/run_program.h"

namespace harness {
namespace {

struct Answer {
  Interpreter interpreter;  // its label is empty if it does not run or is not a Python
  bool late = false;        // it did not answer in time
};

// "3.14.0", of a free-threaded build "3.14.0t", of one that will have the GIL all the same "3.14.0t-gil", of one with
// debugging "3.14.0d", of PyPy "3.10.14-pypy". A build is free-threaded (Py_GIL_DISABLED) if its ABI says t. The
// question is asked in isolated mode, the contenders are not: for them PYTHON_GIL counts.
constexpr char kQuestion[] =
    "import ctypes, multiprocessing, os, platform, sys\n"
    "name = platform.python_implementation().lower()\n"
    "flags = getattr(sys, 'abiflags', '')\n"
    "has_gil = getattr(sys, '_is_gil_enabled', lambda: True)() or os.environ.get('PYTHON_GIL') == "
    "'1'\n"
    "label = platform.python_version() + flags + ('-gil' if 't' in flags and has_gil else '')\n"
    "label += '' if name == 'cpython' else '-' + name\n"
    "sys.stdout.write(label + '\\n' + (sys.executable or ''))";

bool is_label(const std::string& text) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '+' || c == '-';
  };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), allowed);
}

// What `python` says of itself: its label and where it is. In isolated mode: the current folder has no
// say in what it imports. Its site may print something first.
Answer ask(const std::string& python, std::chrono::nanoseconds patience) {
  const auto began = std::chrono::steady_clock::now();
  bool late = false;
  const auto lines = split(output_of({python, "-I", "-c", kQuestion}, patience, &late), '\n');
  if (lines.size() < 2 || !is_label(lines[lines.size() - 2])) return {{"", python}, late};
  const std::string& program = lines.back();
  return {{lines[lines.size() - 2], program.empty() ? python : program,
           std::chrono::steady_clock::now() - began}};
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

// The same file, be it by another name.
bool same_program(const Interpreter& one, const Interpreter& other) {
  std::error_code error;
  return one.path == other.path || std::filesystem::equivalent(one.path, other.path, error);
}

// Adds it unless it is there; with -2, -3, ... behind the label of another program.
void add(std::vector<Interpreter>& found, Interpreter python) {
  const std::string version = python.label;
  for (int number = 2;; ++number) {
    const auto namesake = std::find_if(found.begin(), found.end(), [&](const Interpreter& each) {
      return each.label == python.label;
    });
    if (namesake == found.end()) break;
    if (same_program(*namesake, python)) return;
    python.label = version + "-" + std::to_string(number);
  }
  found.push_back(std::move(python));
}

}  // namespace

std::vector<Interpreter> find_interpreters(const std::vector<std::string>& named,
                                           std::chrono::nanoseconds patience) {
  std::vector<Interpreter> found;
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
    add(found, python);
  }
  if (!named.empty()) return found;
  const Interpreter python = ask_behind("python3", patience).interpreter;
  if (python.label.empty()) return {{"missing", ""}};
  return {python};
}

}  // namespace harness
