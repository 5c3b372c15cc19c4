#include "harness/record/folder.h"

#include <unistd.h>

#include <system_error>

#include "harness/base/errors.h"

namespace harness {

namespace fs = std::filesystem;

Folder::Folder(const fs::path& path) : path_(fs::absolute(path).lexically_normal()) {
  std::error_code error;
  if (!path_.has_filename()) path_ = path_.parent_path();  // "results/" is "results"
  if (fs::exists(path_, error) && !fs::is_directory(path_, error)) {
    throw BadUsage("--out: " + path_.string() + " is not a folder");
  }
  if (fs::exists(path_ / "events.jsonl", error)) {
    throw BadUsage("--out: " + path_.string() + " holds a run already; name another folder");
  }
  was_there_ = path_;
  while (fs::symlink_status(was_there_, error).type() == fs::file_type::not_found) {
    was_there_ = was_there_.parent_path();
  }
  fs::create_directories(path_, error);
  if (error || ::access(path_.c_str(), W_OK) != 0) {
    take_back();
    throw BadUsage("--out: cannot write to " + path_.string() +
                   (error ? " (" + error.message() + ")" : ""));
  }
}

void Folder::take_back() const {
  std::error_code error;
  fs::remove(path_ / "events.jsonl", error);
  for (auto made = path_; made != was_there_; made = made.parent_path()) {
    fs::remove(made, error);  // refuses what is not empty
  }
}

}  // namespace harness
