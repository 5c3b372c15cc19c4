#include "harness/record/report.h"

#include <sys/wait.h>

#include <iostream>
#include <string>

#include "harness/base/lists.h"
#include "harness/base/run_program.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // the first import after a start of the machine reads many files

// The first that can import matplotlib of $GILFREE_PYTHON, /usr/bin/python3, python3; or empty.
std::string find_plotter() {
  const char* chosen = std::getenv("GILFREE_PYTHON");
  for (std::string python : {chosen != nullptr ? chosen : "", "/usr/bin/python3", "python3"}) {
    if (python.empty()) continue;
    if (!output_of({python, "-I", "-c", "import matplotlib; print(1)"}, kPatience).empty())
      return python;
  }
  return {};
}

}  // namespace

bool has_other_tables(const std::filesystem::path& folder) {
  std::error_code error;
  const auto log = folder / "events.jsonl";
  const bool is_run = std::filesystem::exists(log, error) && !std::filesystem::is_empty(log, error);
  return !is_run && (std::filesystem::exists(folder / "compare.json", error) ||
                     std::filesystem::exists(folder / "fleet.json", error) ||
                     std::filesystem::exists(folder / "stress.csv", error));
}

ExitCode draw_report(const std::vector<std::string>& folders, const std::string& out,
                     const std::string& format) {
  const std::string python = find_plotter();
  if (python.empty()) {
    std::cerr << "bench-all: no plots: no python3 can import matplotlib; install it "
                 "(apt-get install python3-matplotlib) or name one in GILFREE_PYTHON, then run "
                 "bench-all report "
              << joined(folders) << "\n";
    return kCannotWrite;
  }
  std::vector<std::string> command{python, "-I", source_dir() + "/scripts/report.py"};
  command.insert(command.end(), folders.begin(), folders.end());
  if (!out.empty()) command.insert(command.end(), {"--out", out});
  if (!format.empty()) command.insert(command.end(), {"--format", format});
  std::cout.flush();
  ChildProgram child(
      // -I: neither the current folder nor the environment has a say in which modules it imports.
      [&] { exec_on_path(command); }, ChildProgram::Group::kShared);
  child.wait(ChildProgram::Clock::time_point::max());
  const int status = child.reap();
  if (status == 0) return kOk;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kFailed) return kFailed;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kUsage) return kUsage;
  // report.py has said in a line what is wrong, unless it could not start or was killed.
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    std::cerr << "bench-all: the report was not drawn; try " << joined(command) << "\n";
  }
  return kCannotWrite;
}

}  // namespace harness
