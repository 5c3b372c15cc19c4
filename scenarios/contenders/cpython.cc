#include "scenarios/contenders/cpython.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "scenarios/crew.h"

namespace scenarios {
namespace {

std::string script(const char* name) {
  const char* chosen = std::getenv("GILFREE_SOURCE_DIR");
  return std::string(chosen != nullptr ? chosen : GILFREE_SOURCE_DIR) +
         "/scenarios/contenders/cpython/" + name;
}

}  // namespace

void run_cpython(harness::Run& run, const char* name, const std::vector<std::string>& arguments) {
  if (run.interpreter().empty()) {
    run.skip("no python3 on PATH runs; install one or name one with --python");
  }
  std::vector<std::string> words{run.interpreter(), script(name), std::to_string(run.tally_fd())};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  for (auto& word : words) command.push_back(word.data());
  command.push_back(nullptr);

  // It starts, imports and forks before it counts: the first window must not open before that.
  int ready[2];
  if (::pipe(ready) != 0) throw std::runtime_error("pipe");
  Crew crew;
  crew.start("CPython program", -1, [&] {
    ::dup2(ready[1], STDOUT_FILENO);
    ::close(ready[0]);
    ::close(ready[1]);
    ::execvp(command[0], command.data());
    throw std::runtime_error("cannot run " + words[0]);
  });
  ::close(ready[1]);
  char word;
  const bool began = ::read(ready[0], &word, 1) == 1;
  if (began) run.measure();
  crew.join();
  ::close(ready[0]);
  if (!began) throw std::runtime_error("the CPython program ended before it began");
}

}  // namespace scenarios
