// BaselineUse: what `run --baseline NAME` and `--save-baseline NAME` ask for.
//
//   const BaselineUse baselines(options.baseline, options.save_baseline);   // before anything is measured
//   return baselines.finish(session.run(), session.folder());
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/judge/stored_run.h"

namespace harness {

// Throws BadUsage as the constructor below does, but makes nothing: whether the new one can be written is not tried.
void expect_baselines(const std::optional<std::string>& compared,
                      const std::optional<std::string>& saved);

class BaselineUse {
 public:
  // Reads the baseline to compare with, and tries whether the other one can be written. Throws BadUsage if there is no
  // such baseline, it is damaged or unfinished, or none can be kept; also if a name is empty.
  BaselineUse(std::optional<std::string> compared, std::optional<std::string> saved);

  // Compares the run in `folder`, which has ended with `code`, and keeps it, if that is kOk; else says that it does
  // not. A run that is worse than a baseline, or incomparable, does not replace it. Returns the exit code. Throws
  // CannotWrite.
  int finish(int code, const std::filesystem::path& folder) const;

 private:
  std::optional<std::string> compared_, saved_;
  std::optional<StoredRun> baseline_;
};

}  // namespace harness
