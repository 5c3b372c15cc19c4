#include "harness/command/verdicts/delay_use.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/interruption.h"

namespace harness {
namespace {

std::string take_text(std::size_t cases) { return cases == 1 ? " takes" : " take"; }

}  // namespace

std::optional<DelayTakers> ask_for_delay(const Build& build, const std::vector<std::string>& cases,
                                         const CompareOptions& options) {
  namespace fs = std::filesystem;
  const FinishFirst finish;  // the folder is removed
  std::string folder = (fs::temp_directory_path() / "bench-all-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw CannotWrite(folder + ": " + reason(errno));
  auto found = delay_takers(build, cases, options.settings.options, fs::path(folder) / kScratch);
  fs::remove_all(folder);
  if (interrupted() != 0) return {};
  return found;
}

std::string delay_takers_text(const std::string& option, const DelayTakers& found) {
  const auto& others = found.others;
  if (found.takers.empty()) {
    throw BadUsage(option + ": " + few_of(others) + take_text(others.size()) +
                   " no injected delay; those of gilfree's Queue, Lock and Pool do");
  }
  std::string text =
      counted(found.takers.size(), "case") + take_text(found.takers.size()) + " an injected delay";
  if (others.empty()) return text;
  return text + "; left out, since " + (others.size() == 1 ? "it" : "they") +
         take_text(others.size()) + " none: " + few_of(others);
}

}  // namespace harness
