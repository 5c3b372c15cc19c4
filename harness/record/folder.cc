#include "harness/record/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "harness/base/errors.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

struct Kind {
  const char *file, *what;
};

// Kinds of results of which one report cannot show both. `aa` and `stress` may stand beside a run, whose report shows them, and
// have no name of a file in common with it.
constexpr Kind kRun{"events.jsonl", "a run"}, kAb{"ab.jsonl", "an `ab`"},
    kAa{"aa.jsonl", "an `aa`"}, kStress{"stress.csv", "results of `stress`"};
constexpr char kHeldAlready[] = " holds a run already; name another folder";
constexpr std::pair<Kind, Kind> kApart[] = {{kRun, kAb}, {kAb, kAa}, {kAb, kStress}};

}  // namespace

Folder::Folder(const fs::path& path, std::string log, std::string option)
    : log_(std::move(log)), option_(std::move(option)) {
  std::error_code error;
  if (path.empty()) refuse("the name of the folder is empty");
  path_ = fs::absolute(path, error).lexically_normal();
  if (error) refuse("the current folder is gone; name the whole path");
  if (!path_.has_filename()) path_ = path_.parent_path();  // "results/" is "results"
  if (fs::exists(path_, error) && !fs::is_directory(path_, error)) {
    refuse(path_.string() + " is not a folder");
  }
  was_there_ = path_;
  while (fs::symlink_status(was_there_, error).type() == fs::file_type::not_found) {
    was_there_ = was_there_.parent_path();
  }
  if (fs::is_symlink(was_there_, error) && !fs::exists(was_there_, error)) {
    cannot_be_used(was_there_.string() + " is a symbolic link that leads nowhere");
  }
  fs::create_directories(path_, error);
  if (error) cannot_be_used(error.message());
  begin_log();
}

void expect_no_other_log(const fs::path& folder, const std::string& log,
                         const std::string& option) {
  for (const auto& [one, other] : kApart) {
    if (log != one.file && log != other.file) continue;
    const Kind& unwanted = log == one.file ? other : one;
    std::error_code error;
    if (!fs::exists(folder / unwanted.file, error)) continue;
    throw BadUsage(option + ": " + folder.string() + " holds " + unwanted.what +
                   " already; name another folder");
  }
}

void expect_free_for_run(const fs::path& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const auto refuse = [&](const std::string& why) {
    throw BadUsage("--out: " + path.string() + why);
  };
  if (error || !fs::exists(path, error)) return;
  if (!fs::is_directory(path, error)) refuse(" is not a folder");
  expect_no_other_log(path, kRun.file);
  if (fs::exists(path / kRun.file, error)) refuse(kHeldAlready);
}

// Of two runs that name one folder at the same time, one gets it.
void Folder::begin_log() {
  const fs::path log = path_ / log_;
  expect_no_other_log(path_, log_, option_);
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd >= 0) {
    ::close(fd);
    return;
  }
  const int why = errno;
  if (why == EEXIST) {
    refuse(path_.string() + kHeldAlready);
  }
  if (why == EACCES || why == EROFS || why == EPERM) cannot_be_used(std::strerror(why));
  take_back();
  throw CannotWrite(log.string() + ": " + reason(why));
}

void Folder::refuse(const std::string& why) const { throw BadUsage(option_ + ": " + why); }

void Folder::cannot_be_used(const std::string& why) const {
  take_back();
  refuse("cannot write to " + path_.string() + " (" + why + ")");
}

Folder Folder::fresh(const fs::path& wanted) {
  for (int number = 1;; ++number) {
    const fs::path path =
        number == 1 ? wanted : fs::path(wanted.string() + "-" + std::to_string(number));
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    // Only one of several runs makes it. What cannot be made is for the constructor to refuse.
    if (fs::create_directory(path, error) || error) return Folder(path);
  }
}

void Folder::take_back() const {
  std::error_code error;
  fs::remove(path_ / log_, error);
  for (auto made = path_; made != was_there_; made = made.parent_path()) {
    fs::remove(made, error);  // refuses what is not empty
  }
}

}  // namespace harness
