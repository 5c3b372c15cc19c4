#include "harness/record/report.h"

#include <sys/wait.h>

#include <iostream>
#include <string>

#include "harness/base/lists.h"
#include "harness/base/run_program.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // the first import after a start of the machine reads many files

bool holds(const fs::path& folder, const char* file) {
  std::error_code none;
  return fs::exists(folder / file, none);
}

// The log of an `ab` of older versions is empty.
bool holds_run(const fs::path& folder) {
  std::error_code none;
  return holds(folder, "events.jsonl") && !fs::is_empty(folder / "events.jsonl", none);
}

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

bool has_other_tables(const fs::path& folder) {
  return !holds_run(folder) && (holds(folder, "compare.json") || holds(folder, "fleet.json") ||
                                holds(folder, "stress.csv"));
}

void expect_reportable(const std::vector<std::string>& folders) {
  for (const auto& folder : folders) {
    const auto refuse = [&](const std::string& why) {
      return BadUsage(in_quotes(folder) + " is " + why);
    };
    const auto in_it = [&](const char* file) {
      return one_line((fs::path(folder) / file).string());
    };
    if (holds_run(folder)) continue;
    if (has_other_tables(folder)) {
      if (folders.size() == 1) continue;
      throw refuse("no run, and cannot stand beside others; report it alone: bench-all report " +
                   one_line(folder));
    }
    constexpr char kUnfinished[] = " that has not ended; complete it by the same `bench-all ";
    if (holds(folder, "ab.jsonl"))
      throw refuse("of an `ab`" + (kUnfinished + std::string("ab` with --resume")));
    if (holds(folder, "aa.json")) {
      throw refuse("of an `aa`, which has no report; read " + in_it("aa.md") +
                   ", and use it by `bench-all ab --floor " + in_it("aa.json") + "`");
    }
    if (holds(folder, "aa.jsonl"))
      throw refuse("of an `aa`" + (kUnfinished + std::string("aa` with --resume")));
  }
}

ExitCode draw_report(const std::vector<std::string>& folders, const std::string& out,
                     const std::string& format) {
  const std::string script = source_dir() + "/scripts/report.py";
  if (std::error_code none; !fs::exists(script, none)) {
    std::cerr << "bench-all: no report: " << one_line(script)
              << " is missing; install gilfree again, or name the folder that has scripts/ in "
                 "GILFREE_SOURCE_DIR, then run bench-all report "
              << one_line(joined(folders)) << "\n";
    return kCannotWrite;
  }
  const std::string python = find_plotter();
  if (python.empty()) {
    std::cerr << "bench-all: no plots: no python3 can import matplotlib; install it "
                 "(apt-get install python3-matplotlib) or name one in GILFREE_PYTHON, then run "
                 "bench-all report "
              << joined(folders) << "\n";
    return kCannotWrite;
  }
  std::vector<std::string> command{python, "-I", script};
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
