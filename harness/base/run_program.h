// run_program: runs another program to its end, and says how it ended.
//
//   const Finished git = run_program({"git", "--version"}, 10s);
//   if (!git.succeeded()) throw EngineError("git: " + git.failure());
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/base/child_program.h"
#include "harness/base/json.h"

namespace harness {

struct Finished {
  ChildProgram::End end = ChildProgram::End::kEnded;
  int status = 0;         // as waitpid(2) gives it
  std::string output;     // what it wrote to stdout, the last 64 MiB of it
  std::string complaint;  // the last line that it wrote to stderr
  Json threads;           // what its threads did when it was late (stacks.h)

  bool succeeded() const;
  // Its exit code; -1 if it has none.
  int code() const;
  // Returns why it did not succeed, in one line: "killed by signal 9", "exit code 3: out of memory".
  std::string failure() const;
};

// Without input. A program that has not ended after `patience` is killed. `variable`, if named, is set to "1" for it.
// Throws CannotStart.
Finished run_program(const std::vector<std::string>& command, std::chrono::nanoseconds patience,
                     ChildProgram::Group group = ChildProgram::Group::kOwn,
                     const char* variable = nullptr);

// Returns what it wrote to stdout; nothing if it failed, was not there, or had not ended after `patience`. `late`, if
// given, is set to whether it was that.
std::string output_of(const std::vector<std::string>& command, std::chrono::nanoseconds patience,
                      bool* late = nullptr);

}  // namespace harness
