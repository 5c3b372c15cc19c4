#include "scenarios/added_contenders.h"

#include <algorithm>
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

namespace {

// Returns what may not be said of a contender; empty if all may.
std::string fault_of(const About& about) {
  for (const auto& [what, text] : {std::pair("label", about.label), {"family", about.family}}) {
    if (harness::one_line(text) != text) {
      return std::string("its ") + what + " " + harness::in_quotes(text) +
             " has control characters; write one line of text";
    }
  }
  for (const char* ours : {"gilfree", "cpython"}) {
    if (about.family == ours) {
      return "the family " + harness::in_quotes(ours) +
             " has the contenders that are built in alone; choose another";
    }
  }
  for (const char* known : {"block", "spin", "yield", "adaptive"}) {
    if (about.wait == known) return {};
  }
  return "it waits by " + harness::in_quotes(about.wait) + "; write block, spin, yield or adaptive";
}

// Returns true if the scenario has a contender that is called so and is another one.
bool has_another(const harness::Scenario& scenario, const harness::ContenderLabel& added) {
  const auto is_it = [&](const harness::ContenderLabel& each) {
    return each.name == added.name && each.label == added.label && each.family == added.family;
  };
  return has_contender(scenario, added.name) &&
         std::none_of(scenario.contenders.begin(), scenario.contenders.end(), is_it);
}

// A name is one contender's in all questions: the report and the command line know it by its name alone.
void refuse_taken_names() {
  for (const auto* scenario : all_scenarios()) {
    for (const auto& each : scenario->contenders) {
      if (!each.is_decisive) continue;  // it was not added
      for (const auto* other : all_scenarios()) {
        if (!has_another(*other, each)) continue;
        refuse(each.name,
               std::string(other->name) + " has a contender of that name; choose another");
      }
    }
  }
}

}  // namespace

bool is_usable(const std::string& name, const About& about) {
  if (!harness::is_contender_name(name)) {
    refuse(name,
           "a name has letters, digits and _ . - only, is not \"none\", and does not begin with "
           "\"cpython_\"");
    return false;
  }
  if (const auto fault = fault_of(about); !fault.empty()) {
    refuse(name, fault);
    return false;
  }
  static std::map<std::string, std::pair<std::string, std::string>> described;
  const auto [first, is_new] = described.try_emplace(name, about.label, about.family);
  if (is_new || first->second == std::pair(about.label, about.family)) return true;
  refuse(name, "it had another label or family before; a name has the same in all questions");
  return false;
}

int main(int argc, char** argv, const char* share) {
  refuse_taken_names();
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
