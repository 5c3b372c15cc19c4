#include "scenarios/support/cpython.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "scenarios/support/program.h"

namespace scenarios {
namespace {

std::string path_of(const char* name) {
  const char* chosen = std::getenv("GILFREE_SOURCE_DIR");
  return std::string(chosen != nullptr ? chosen : GILFREE_SOURCE_DIR) +
         "/scenarios/contenders/cpython/" + name;
}

}  // namespace

void run_cpython(harness::Run& run, const char* name, const std::vector<std::string>& arguments) {
  if (run.interpreter().empty()) {
    run.skip("no python3 on PATH runs; install one or name one with --python");
  }
  std::vector<std::string> words{run.interpreter(), path_of(name), std::to_string(run.tally_fd())};
  words.insert(words.end(), arguments.begin(), arguments.end());
  run_program(run, "CPython", words);
}

}  // namespace scenarios
