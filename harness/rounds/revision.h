// Revision: a commit of the repository of the current folder, and its program in a worktree of its own.
//
//   const auto revision = Revision::named("main");           // nothing if there is no such commit
//   if (!revision->is_built()) revision->build(say);
//
// The worktree is build/revisions/COMMIT. It counts as built if its HEAD is that commit, no tracked file is changed, and
// the build's command has ended with 0: then build/bench-all.built names the commit. What is not that is made anew, and
// only what the last build that failed or was killed has compiled is used again. Of several processes one builds a commit
// at a time (COMMIT.lock); the others wait for it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace harness {

class Revision {
 public:
  using Say = std::function<void(const std::string&)>;

  // Throws BadUsage, with the names to give instead, if it names several commits: a tag and a branch.
  static std::optional<Revision> named(const std::string& name);

  const std::string& commit() const { return commit_; }
  const std::filesystem::path& tree() const { return tree_; }
  std::filesystem::path program() const;

  bool is_built() const;
  // Builds it, unless another process does that meanwhile. `say` is told what this waits for. Throws BadUsage if it does
  // not build, CannotWrite if the disk is full.
  void build(const Say& say) const;

 private:
  Revision(std::filesystem::path repository, std::string commit);

  bool is_intact() const;
  void make_tree() const;
  std::string get_submodules() const;
  void compile(const std::string& lacking) const;
  std::filesystem::path stamp() const;  // written when the build's command has ended with 0

  std::filesystem::path repository_, tree_;
  std::string commit_;
};

}  // namespace harness
