// Build: one side of a comparison: a bench-all that may be of another revision.
//
//   Build old = Build::find("main");            // a program, a build folder, or a git revision
//   for (name : old.cases({"wakeup"})) old.measure(name, options);
//
// It is used by its command line and its events.jsonl alone, so that builds of different revisions can be
// compared.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/json_fwd.h"
#include "harness/judge/sample.h"
#include "harness/rounds/revision.h"

namespace harness {

// Where the launches of a comparison write, in its folder: removed before and after each, so a name that no one else gives.
inline constexpr char kScratch[] = ".bench-all-launch";

class Build {
 public:
  // Where the program of a build is, or will be.
  struct Place {
    std::filesystem::path program;
    std::optional<Revision> revision = {};  // of which it is the program
    bool is_there() const;
  };
  // Returns the place without building anything; throws BadUsage if it is no build.
  static Place look_for(const std::string& what);

  // Finds the program: `what` itself, what/bin/bench-all, or a revision, which is built in a worktree of
  // its own under build/revisions/ unless that was done before; `say` is told that. Throws BadUsage if it is
  // none of these, is ambiguous or does not build.
  static Build find(
      const std::string& what, const Revision::Say& say = [](const auto&) {});
  explicit Build(std::filesystem::path program) : program_(std::move(program)) {}

  const std::filesystem::path& program() const { return program_; }
  // Returns what it is, for the reader: its path, or "main, commit 0123...".
  std::string about() const { return about_.empty() ? program_.string() : about_; }
  // Returns what tells it apart from another build of the same path.
  Json identity() const;
  // Throws BadUsage if another program is there than when it had this identity: it is not known which of them gave what was
  // measured. `which`: the build's name, for the message.
  void expect_as_it_was(const std::string& which, const Json& identity) const;

  // A launch that has not ended after so long is killed. A bench-all ends one that hangs long before (--timeout).
  void wait_at_most(std::chrono::nanoseconds patience) { patience_ = patience; }

  // Gives `see` what each launch says of its code, with the name of its case, before anything else is made of the launch.
  using SeeCode = std::function<void(const std::string& name, const std::string& linked)>;
  void show_code(SeeCode see) { see_code_ = std::move(see); }

  // Returns the names of the cases that match. `words`: filters, and options of `list`. Throws BadUsage if the
  // program does not list them, or one twice.
  std::vector<std::string> cases(const std::vector<std::string>& words) const;

  // Throws BadUsage if the program refuses to measure these cases with these options, of which one may leave a case out:
  // what it said.
  void check(const std::vector<std::string>& cases, const std::vector<std::string>& options) const;

  // Returns how long the program expects a launch of the case with these options to take; nothing if it does not say.
  std::optional<double> seconds_of_launch(const std::string& name,
                                          const std::vector<std::string>& options) const;

  // Runs one launch of a case in a fresh process, with `options` added to the command line, using `scratch`
  // as its folder. Nothing that it starts outlives it. Throws CannotWrite if it failed since the folder could not be
  // written.
  Launched measure(const std::string& name, const std::vector<std::string>& options,
                   const std::filesystem::path& scratch) const;

 private:
  std::filesystem::path program_;
  std::string about_;  // empty: it was named by its path
  std::chrono::nanoseconds patience_ = std::chrono::minutes(3);
  SeeCode see_code_;  // may be empty
};

}  // namespace harness
