#include "scenarios/added_contenders.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "harness/base/errors.h"
#include "scenarios/support/registry.h"
#include "scenarios/support/stress_registry.h"

namespace scenarios::added {
namespace {

std::string& refused() {
  static std::string message;
  return message;
}

}  // namespace

void refuse(const std::string& name, const std::string& reason) {
  if (refused().empty()) refused() = "add_contender(\"" + name + "\"): " + reason;
}

bool is_usable(const std::string& name, const About& about) {
  if (!harness::is_contender_name(name)) {
    refuse(name,
           "a name has letters, digits and _ . - only, is not \"none\", and does not begin with "
           "\"cpython_\"");
    return false;
  }
  static std::map<std::string, std::pair<std::string, std::string>> described;
  const auto [first, is_new] = described.try_emplace(name, about.label, about.family);
  if (is_new || first->second == std::pair(about.label, about.family)) return true;
  refuse(name, "it had another label or family before; a name has the same in all questions");
  return false;
}

int main(int argc, char** argv, const char* share) {
  if (!refused().empty()) {
    std::cerr << "bench-all: " << refused() << "\n";
    return harness::kUsage;
  }
  constexpr int kUnlessThere = 0;
  if (share != nullptr) ::setenv("GILFREE_SOURCE_DIR", share, kUnlessThere);
  const auto here = std::filesystem::current_path() / "results" / "local";
  ::setenv("GILFREE_RESULTS_DIR", here.c_str(), kUnlessThere);
  return harness::main(argc, argv, all_scenarios(), all_stress_tests());
}

}  // namespace scenarios::added
