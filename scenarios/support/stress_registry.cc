#include "scenarios/support/stress_registry.h"

#include <algorithm>
#include <list>
#include <stdexcept>
#include <tuple>

namespace scenarios {
namespace {

std::vector<std::vector<stress::Test> (*)()>& descriptions() {
  static std::vector<std::vector<stress::Test> (*)()> all;
  return all;
}

std::list<stress::Test> described() {
  std::list<stress::Test> all;
  for (const auto describe : descriptions()) {
    for (auto& each : describe()) all.push_back(std::move(each));
  }
  all.sort([](const auto& one, const auto& other) {
    return std::tie(one.is_peer, one.name) < std::tie(other.is_peer, other.name);
  });
  const auto twice =
      std::adjacent_find(all.begin(), all.end(),
                         [](const auto& one, const auto& other) { return one.name == other.name; });
  if (twice != all.end())
    throw std::logic_error("the stress test " + twice->name + " is there twice");
  return all;
}

}  // namespace

RegisteredStress::RegisteredStress(std::vector<stress::Test> (*describe)()) {
  descriptions().push_back(describe);
}

const std::vector<const stress::Test*>& all_stress_tests() {
  static const std::list<stress::Test> tests = described();
  static const std::vector<const stress::Test*> pointers = [] {
    std::vector<const stress::Test*> all;
    for (const auto& each : tests) all.push_back(&each);
    return all;
  }();
  return pointers;
}

}  // namespace scenarios
