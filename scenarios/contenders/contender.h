// Contender: what is said of everyone who answers a scenario's question, and lists of them.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario.h"

namespace scenarios {

struct Facts {
  std::string_view name;       // the value of the axis, and of column `impl`
  std::string_view primitive;  // what kind of thing it is
  std::string_view wait;       // how a party waits: block, spin, yield (spins and gives the CPU
                               // away), or adaptive (spins or yields a while, then blocks)
};

// For a set-up that failed: this machine cannot; `what` names the call and the remedy.
[[noreturn]] inline void cannot(const std::string& what, int error = errno) {
  throw harness::Skipped(what + ": " + std::strerror(error));
}

// For an operation that failed, which is a failure of the case.
[[noreturn]] inline void broken(const std::string& what, int error = errno) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

// Those who answer one question. A new contender is a file and its name in such a list.
template <typename... C>
struct Roster {
  // Calls visit.operator()<C>() for each.
  template <typename Visit>
  static void each(Visit visit) {
    (visit.template operator()<C>(), ...);
  }

  static bool has(std::string_view name) { return ((C::kFacts.name == name) || ...); }
};

// The values of an axis: every name once, in the order in which they come.
class Names {
 public:
  template <typename R>
  Names& add() {
    R::each([&]<typename C>() { add(C::kFacts.name); });
    return *this;
  }
  Names& add(std::string_view name) {
    const harness::Parameter::Value value{std::string(name)};
    if (std::find(values_.begin(), values_.end(), value) == values_.end()) values_.push_back(value);
    return *this;
  }
  operator std::vector<harness::Parameter::Value>() const { return values_; }

 private:
  std::vector<harness::Parameter::Value> values_;
};

}  // namespace scenarios
