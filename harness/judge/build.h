// Build: one side of a comparison: a bench-all that may be of another revision.
//
//   Build old = Build::find("main");            // a program, a build folder, or a git revision
//   for (name : old.cases({"wakeup"})) old.measure(name, options);
//
// It is used by its command line and its events.jsonl alone, so that builds of different revisions can be
// compared.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/judge/sample.h"

namespace harness {

class Build {
 public:
  // Finds the program: `what` itself, what/bin/bench-all, or a revision, which is built in a worktree of
  // its own under build/revisions/ unless that was done before. Throws BadUsage if it is none of these or
  // does not build.
  static Build find(const std::string& what);
  explicit Build(std::filesystem::path program) : program_(std::move(program)) {}

  const std::filesystem::path& program() const { return program_; }

  // Returns the names of the cases that match. `words`: filters, and options of `list`. Throws BadUsage if the
  // program does not list them.
  std::vector<std::string> cases(const std::vector<std::string>& words) const;

  // Runs one launch of a case in a fresh process, with `options` added to the command line, using `scratch`
  // as its folder. Empty if the case did not run to its end.
  Sample measure(const std::string& name, const std::vector<std::string>& options,
                 const std::filesystem::path& scratch) const;

 private:
  std::filesystem::path program_;
};

}  // namespace harness
