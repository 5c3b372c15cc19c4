#include "scenarios/support/registry.h"

#include <algorithm>
#include <array>
#include <list>
#include <string_view>
#include <tuple>

namespace scenarios {
namespace {

constexpr std::array<std::string_view, 5> kFamilies = {"ipc", "sync", "lifecycle", "scaling",
                                                       "cost"};

std::vector<harness::Scenario (*)()>& descriptions() {
  static std::vector<harness::Scenario (*)()> all;
  return all;
}

auto order_of(const harness::Scenario& scenario) {
  const auto at = std::find(kFamilies.begin(), kFamilies.end(), scenario.family);
  return std::make_tuple(at - kFamilies.begin(), scenario.name);
}

std::list<harness::Scenario> described() {
  std::list<harness::Scenario> all;
  for (const auto describe : descriptions()) all.push_back(describe());
  all.sort([](const auto& one, const auto& other) { return order_of(one) < order_of(other); });
  return all;
}

}  // namespace

RegisteredScenario::RegisteredScenario(harness::Scenario (*describe)()) {
  descriptions().push_back(describe);
}

const std::vector<const harness::Scenario*>& all_scenarios() {
  static const std::list<harness::Scenario> scenarios = described();
  static const std::vector<const harness::Scenario*> pointers = [] {
    std::vector<const harness::Scenario*> all;
    for (const auto& each : scenarios) all.push_back(&each);
    return all;
  }();
  return pointers;
}

}  // namespace scenarios
