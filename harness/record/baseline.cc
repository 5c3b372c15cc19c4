#include "harness/record/baseline.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/record/environment.h"
#include "harness/record/folder.h"
#include "harness/record/tables.h"

namespace harness {

namespace fs = std::filesystem;

fs::path results_folder() {
  const char* chosen = std::getenv("GILFREE_RESULTS_DIR");  // set by an installed bench-all
  return chosen != nullptr ? fs::path(chosen) : fs::path(source_dir()) / "results" / "local";
}

fs::path baseline_folder(const std::string& name) {
  const bool is_name = !name.empty() && name.front() != '.' && name.front() != '-' &&
                       std::all_of(name.begin(), name.end(), [](unsigned char c) {
                         return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
                       });
  if (!is_name) {
    throw BadUsage(in_quotes(name) +
                   " is no name of a baseline; use letters, digits, '.', '-' and '_', none "
                   "of '.' and '-' first");
  }
  return results_folder() / "baselines" / name;
}

void expect_baseline_name(const std::string& name) {
  const fs::path folder = baseline_folder(name);
  std::error_code none;
  if (!fs::exists(folder, none) || fs::is_directory(folder, none)) return;
  throw BadUsage("--save-baseline: " + folder.string() + " is not a folder");
}

void expect_can_be_saved(const std::string& name) {
  const std::string trial = ".trial-" + std::to_string(::getpid());
  Folder(baseline_folder(name), trial, "--save-baseline").take_back();
}

namespace {

// Of runs that keep themselves under one name at the same time, each is written whole: a later one waits, and replaces it.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ < 0) cannot_write(folder);
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  ~FolderLock() { ::close(fd_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

}  // namespace

void save_baseline(const std::string& name, const fs::path& folder) {
  const fs::path kept = baseline_folder(name);
  std::error_code error;
  fs::create_directories(kept, error);
  if (error) throw CannotWrite(kept.string() + ": " + error.message());
  const FolderLock lock(kept);
  const auto events = read_text(folder / "events.jsonl");
  if (!events) cannot_write(folder / "events.jsonl");
  write_file(kept / "events.jsonl", *events);
  write_tables(kept);
}

}  // namespace harness
