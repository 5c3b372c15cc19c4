#include "harness/record/report.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <string>

#include "harness/base/child.h"
#include "harness/record/environment.h"

namespace harness {
namespace {

// The first that can import matplotlib of $GILFREE_PYTHON, /usr/bin/python3, python3; or empty.
std::string find_plotter() {
  const char* chosen = std::getenv("GILFREE_PYTHON");
  for (std::string python : {chosen != nullptr ? chosen : "", "/usr/bin/python3", "python3"}) {
    if (python.empty()) continue;
    if (!output_of({python, "-I", "-c", "import matplotlib; print(1)"}).empty()) return python;
  }
  return {};
}

}  // namespace

bool draw_report(const std::filesystem::path& folder) {
  const std::string python = find_plotter();
  if (python.empty()) {
    std::cerr << "bench-all: no plots: no python3 can import matplotlib; install it "
                 "(apt-get install python3-matplotlib) or name one in GILFREE_PYTHON, then run "
                 "bench-all report "
              << folder.string() << "\n";
    return false;
  }
  const std::string script = source_dir() + "/scripts/report.py";
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    // -I: neither the current folder nor the environment has a say in which modules it imports.
    ::execlp(python.c_str(), python.c_str(), "-I", script.c_str(), folder.c_str(), nullptr);
    ::_exit(127);
  }
  int status = child < 0 ? 1 : 0;
  while (child >= 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (status == 0) return true;
  // report.py has said in a line what is wrong, unless it could not start or was killed.
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    std::cerr << "bench-all: the report was not drawn; try " << python << " -I " << script << " "
              << folder.string() << "\n";
  }
  return false;
}

}  // namespace harness
