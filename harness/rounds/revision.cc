#include "harness/rounds/revision.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sstream>
#include <utility>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/lists.h"
#include "harness/base/room.h"
#include "harness/base/run_program.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr auto kPatience = 1h;  // a build may take long
constexpr char kBuildLog[] = "build/bench-all.log";

// In the repository of the folder, whatever a hook of git, which sets these variables, has started.
Finished git(const fs::path& folder, const std::vector<std::string>& words) {
  std::vector<std::string> command{
      "env",
      "-u",
      "GIT_DIR",
      "-u",
      "GIT_WORK_TREE",
      "-u",
      "GIT_INDEX_FILE",
      "GIT_TERMINAL_PROMPT=0",  // a question for a password would block
      "git",
      "-C",
      folder,
      "--no-optional-locks"};
  command.insert(command.end(), words.begin(), words.end());
  return run_program(command, kPatience);
}

std::vector<std::string> lines_of(const Finished& finished) {
  std::vector<std::string> lines;
  std::istringstream text(finished.succeeded() ? finished.output : "");
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// Empty if there is none.
std::string commit_called(const std::string& name) {
  const auto lines = lines_of(git(".", {"rev-parse", "--verify", "--quiet", name + "^{commit}"}));
  return lines.empty() ? "" : lines.front();
}

// gitrevisions(7) takes the first that there is.
void refuse_ambiguous(const std::string& name, const std::string& commit) {
  std::vector<std::pair<std::string, std::string>> meanings;  // the whole name, and its commit
  for (const char* place : {"refs/", "refs/tags/", "refs/heads/", "refs/remotes/"}) {
    const auto found = commit_called(place + name);
    if (!found.empty()) meanings.emplace_back(place + name, found);
  }
  const auto is_chosen = [&](const auto& each) { return each.second == commit; };
  if (meanings.empty() || std::all_of(meanings.begin(), meanings.end(), is_chosen)) return;
  if (std::none_of(meanings.begin(), meanings.end(), is_chosen)) {
    meanings.insert(meanings.begin(), {commit, commit});  // by its number, or as HEAD
  }
  std::vector<std::string> said, names;
  for (const auto& [whole, found] : meanings) {
    said.push_back(one_line(whole) + " is commit " + found.substr(0, 12));
    names.push_back(one_line(whole));
  }
  throw Ambiguous(in_quotes(name) + " is ambiguous: " + joined(said, ", ") + "; give " +
                  joined(names, " or "));
}

// Held while a commit is built. Also by the process that watches the build, and so until all of that has ended.
class BuildLock {
 public:
  BuildLock(const fs::path& path, const std::string& commit, const Revision::Say& say)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) cannot_write(path);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      const auto holder = read_text(path).value_or("");
      say("waiting for " + (holder.empty() ? "another process" : "process " + holder) +
          ", which builds commit " + commit);
      while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) continue;
    }
    const std::string id = std::to_string(::getpid());
    // For that line alone: a full disk is found by the build.
    if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, id.data(), id.size(), 0) < 0) return;
  }
  ~BuildLock() { ::close(fd_); }
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

 private:
  int fd_;
};

}  // namespace

Revision::Revision(fs::path repository, std::string commit)
    : repository_(std::move(repository)),
      tree_(repository_ / "build" / "revisions" / commit),
      commit_(std::move(commit)) {}

std::optional<Revision> Revision::named(const std::string& name) {
  const auto repository = lines_of(git(".", {"rev-parse", "--show-toplevel"}));
  const auto commit = commit_called(name);
  if (repository.empty() || commit.empty()) return {};
  refuse_ambiguous(name, commit);
  return Revision(repository.front(), commit);
}

fs::path Revision::program() const { return tree_ / "build" / "release" / "bin" / "bench-all"; }

fs::path Revision::stamp() const { return tree_ / "build" / "bench-all.built"; }

// Where the tree is none, git answers for the repository that it lies in.
bool Revision::is_intact() const {
  std::error_code none;
  if (!fs::exists(tree_ / ".git", none)) return false;
  const auto found = lines_of(git(tree_, {"rev-parse", "--show-toplevel", "HEAD"}));
  if (found.size() != 2 || found[1] != commit_ || !fs::equivalent(found[0], tree_, none))
    return false;
  const Finished changed = git(tree_, {"status", "--porcelain", "--untracked-files=no"});
  return changed.succeeded() && changed.output.empty();
}

bool Revision::is_built() const {
  return read_text(stamp()).value_or("") == commit_ + "\n" &&
         ::access(program().c_str(), X_OK) == 0 && is_intact();
}

void Revision::build(const Say& say) const {
  std::error_code error;
  fs::create_directories(tree_.parent_path(), error);
  if (error) throw CannotWrite(tree_.parent_path().string() + ": " + error.message());
  const BuildLock lock(tree_.string() + ".lock", commit_, say);
  if (is_built()) return;  // by the process that had the lock before
  say("building commit " + commit_ + " in " + one_line(tree_.string()) + "; it takes some minutes");
  fs::remove(stamp(), error);
  if (!is_intact()) make_tree();
  compile(get_submodules());
  write_file(stamp(), commit_ + "\n");
}

// --force twice: git still knows of a tree that was removed, and locks one whose making was killed.
void Revision::make_tree() const {
  std::error_code error;
  fs::remove_all(tree_, error);
  const Finished made =
      git(repository_, {"worktree", "add", "--force", "--force", "--detach", tree_, commit_});
  if (made.succeeded()) return;
  expect_room(tree_.parent_path());
  throw BadUsage("commit " + commit_ + " cannot be checked out in " + one_line(tree_.string()) +
                 " (" + made.failure() + ")");
}

// A worktree begins without them. Returns why they cannot be had, if so: the build may not need them.
std::string Revision::get_submodules() const {
  std::error_code none;
  if (!fs::exists(tree_ / ".gitmodules", none)) return {};
  const Finished got = git(tree_, {"submodule", "update", "--init", "--recursive"});
  if (got.succeeded()) return {};
  expect_room(tree_);
  return "; its submodules cannot be checked out: " + got.failure();
}

void Revision::compile(const std::string& lacking) const {
  const std::string log = kBuildLog;
  const std::string script = "cd \"$0\" && mkdir -p build && { scripts/build release bench-all >" +
                             log + " 2>&1 || { code=$?; tail -n 1 " + log +
                             " >&2; exit $code; }; }";
  const Finished built =
      run_program({"sh", "-c", script, tree_}, kPatience, ChildProgram::Group::kWatched);
  const bool is_there = ::access(program().c_str(), X_OK) == 0;
  if (built.succeeded() && is_there) return;
  expect_room(tree_);
  throw BadUsage("commit " + commit_ + " does not build (" +
                 (built.succeeded() ? "no build/release/bin/bench-all" : built.failure()) +
                 lacking + "); see " + (tree_ / log).string());
}

}  // namespace harness
