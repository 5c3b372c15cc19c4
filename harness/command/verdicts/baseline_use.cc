#include "harness/command/verdicts/baseline_use.h"

#include <iostream>
#include <utility>
#include <vector>

#include "harness/base/errors.h"
#include "harness/base/lists.h"
#include "harness/command/verdicts/verdict_output.h"
#include "harness/judge/gate.h"
#include "harness/record/baseline.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

StoredRun read_baseline(const std::string& name) {
  const fs::path folder = baseline_folder(name);
  if (!fs::exists(folder / "events.jsonl")) {
    throw BadUsage("--baseline: there is no " + in_quotes(name) + " in " +
                   folder.parent_path().string() + "; make it by --save-baseline");
  }
  try {
    auto run = read_run(folder, name);
    expect_ended(run);
    return run;
  } catch (const BadUsage& why) {
    throw BadUsage("--baseline: " + std::string(why.what()) +
                   "; or make it anew by --save-baseline");
  }
}

// What is kept under this name: when it was measured, and from what; empty if there is nothing.
std::string when_kept(const std::string& name) {
  const fs::path folder = baseline_folder(name);
  if (!fs::exists(folder / "events.jsonl")) return {};
  try {
    return "a run that was " + origin_of(read_run(folder, name));
  } catch (const BadUsage&) {
    return "a run that cannot be read";
  }
}

const char* reason_of(int code) {
  switch (code) {
    case kFailed:
      return "a case failed";
    case kHung:
      return "a case hung";
    case kNothingRan:
      return "nothing was measured";
    case kCannotWrite:
      return "not all of it could be written";
    default:
      return "it was interrupted";
  }
}

}  // namespace

void expect_baselines(const std::optional<std::string>& compared,
                      const std::optional<std::string>& saved) {
  if (compared) (void)read_baseline(*compared);
  if (saved) expect_baseline_name(*saved);
}

BaselineUse::BaselineUse(std::optional<std::string> compared, std::optional<std::string> saved)
    : compared_(std::move(compared)), saved_(std::move(saved)) {
  if (compared_) baseline_ = read_baseline(*compared_);
  if (saved_) expect_can_be_saved(*saved_);
}

int BaselineUse::finish(int code, const fs::path& folder) const {
  if (code != kOk) {
    std::vector<std::string> left_out;
    if (baseline_) left_out.push_back("not compared with " + in_quotes(*compared_));
    if (saved_) left_out.push_back("not kept as " + in_quotes(*saved_));
    if (!left_out.empty()) {
      std::cerr << "bench-all: " << joined(left_out, ", ") << ": " << reason_of(code) << "\n";
    }
    return code;
  }
  int judged = kOk;
  if (baseline_) {
    const std::vector<Compared> all{
        compare_runs(*baseline_, read_run(folder, folder.string()), {})};
    say(all, Format::kTable);
    judged = code_of(all);
  }
  if (judged != kOk && saved_ == compared_) {
    std::cerr << "bench-all: not kept as " << in_quotes(*saved_) << ", which stays as it was: "
              << (judged == kWorse ? "something is worse" : "not all could be compared")
              << "; `bench-all run` with --save-baseline " << *saved_
              << " and without --baseline replaces it all the same\n";
  } else if (saved_) {
    const auto before = when_kept(*saved_);
    save_baseline(*saved_, folder);
    std::cerr << "bench-all: kept as " << in_quotes(*saved_) << " in "
              << one_line(baseline_folder(*saved_).string())
              << (before.empty() ? "" : ", in place of " + before) << "\n";
  }
  return judged;
}

}  // namespace harness
