// The folder that a run's results go to.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

// Throws BadUsage if the folder has results that those of `log`, the name of a file, may not stand beside.
void expect_no_other_log(const std::filesystem::path& folder, const std::string& log,
                         const std::string& option = "--out");

// Throws BadUsage, as the constructor below, if it is no folder or its results may not stand beside those of a run. Makes
// nothing.
void expect_free_for_run(const std::filesystem::path& folder);

class Folder {
 public:
  // Makes it, with the folders above it, and an empty file `log` that belongs to the run. Throws BadUsage, with the
  // `option` that named it, if that is not possible or it holds such a run already; CannotWrite if there is no space.
  explicit Folder(const std::filesystem::path& path, std::string log = "events.jsonl",
                  std::string option = "--out");

  // A folder of this name that does not exist yet; else with -2, -3, ... behind it.
  static Folder fresh(const std::filesystem::path& wanted);

  const std::filesystem::path& path() const { return path_; }

  // Nothing was measured: removes the log and, as far as they are empty, the folders that were
  // made.
  void take_back() const;

 private:
  void begin_log();
  [[noreturn]] void refuse(const std::string& why) const;
  [[noreturn]] void cannot_be_used(const std::string& why) const;

  std::string log_, option_;
  std::filesystem::path path_;
  std::filesystem::path was_there_;  // the deepest folder above that existed before
};

}  // namespace harness
