// The folder that a run's results go to.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

class Folder {
 public:
  // Makes it, with the folders above it. Throws BadUsage if that cannot be, if it cannot be written
  // to, or if it holds a run already.
  explicit Folder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  // Nothing was measured: removes the event log and, as far as they are empty, the folders that were
  // made.
  void take_back() const;

 private:
  std::filesystem::path path_;
  std::filesystem::path was_there_;  // the deepest folder above that existed before
};

}  // namespace harness
