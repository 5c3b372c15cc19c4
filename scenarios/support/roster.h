// Roster: the contenders of one scenario, in an order that depends on what they are called alone, not
// on the order in which their files are linked.
//
//   const Registration pigeon = Roster<ChannelContender>::add(...);   // before main()
//   for (const auto& each : Roster<ChannelContender>::entries()) ...
//   Roster<ChannelContender>::find("pigeon", WorkerKind::kProcesses)
//
// An entry derives from Contender. Its `measure` is called by the scenario, its `make` by the tests.
#pragma once

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "scenarios/support/contender.h"

namespace scenarios {

// What an add_...() returns, so that it can be called where a variable is initialised. A constructor of
// its own keeps compilers from calling that variable unused.
struct Registration {
  Registration() {}
  ~Registration() {}
};

// Where a family stands in lists: ours first, limits and CPython last, the others by name between.
inline int rank_of(std::string_view family) {
  return family == "gilfree" ? 0 : family == "limit" ? 2 : family == "cpython" ? 3 : 1;
}

template <typename Entry>
class Roster {
 public:
  // Throws std::logic_error if one of this name, kind of worker and variant is there.
  static Registration add(Entry entry) {
    const auto at = std::lower_bound(list().begin(), list().end(), entry, comes_before);
    if (at != list().end() && key(*at) == key(entry)) {
      throw std::logic_error("the contender '" + entry.name + "' is registered twice");
    }
    list().insert(at, std::move(entry));
    return {};
  }

  static const std::vector<Entry>& entries() { return list(); }

  // Both return nullptr if there is none. The second is for scenarios in which a name is enough.
  static const Entry* find(std::string_view name, WorkerKind workers,
                           std::string_view variant = "") {
    const auto matches = [&](const Entry& each) {
      return each.name == name && each.workers == workers && each.variant == variant;
    };
    const auto found = std::find_if(list().begin(), list().end(), matches);
    return found == list().end() ? nullptr : &*found;
  }

  static const Entry* find(std::string_view name) {
    const auto matches = [&](const Entry& each) { return each.name == name; };
    const auto found = std::find_if(list().begin(), list().end(), matches);
    return found == list().end() ? nullptr : &*found;
  }

  // The values of the axis: every name once.
  static std::vector<harness::Parameter::Value> names() {
    std::vector<harness::Parameter::Value> all;
    for (const Entry& each : list()) {
      const harness::Parameter::Value name(each.name);
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    }
    return all;
  }

 private:
  static std::vector<Entry>& list() {
    static std::vector<Entry> entries;  // made by the first registration
    return entries;
  }
  static auto key(const Entry& entry) {
    return std::make_tuple(rank_of(entry.family), std::string_view(entry.family),
                           std::string_view(entry.name), entry.workers,
                           std::string_view(entry.variant));
  }
  static bool comes_before(const Entry& one, const Entry& other) { return key(one) < key(other); }
};

// The axis of a scenario's contenders.
template <typename Entry>
harness::Parameter contender_axis(std::string_view meaning, std::string_view alias = "") {
  return {.name = "contender",
          .column = "impl",
          .sweep = Roster<Entry>::names(),
          .meaning = meaning,
          .kind = harness::Parameter::Kind::kContender,
          .alias = alias};
}

// What the report calls them.
template <typename Entry>
std::vector<harness::ContenderLabel> labels_of() {
  std::vector<harness::ContenderLabel> all;
  for (const Entry& each : Roster<Entry>::entries()) {
    all.push_back({each.name, each.label, each.family, each.is_added});
  }
  return all;
}

// Adds a contender whose library was not there at compile time: whatever is asked of it throws
// harness::Skipped, which names the library and the package to install.
template <typename Entry, typename... Arguments>
Registration add_missing(const std::string& library, const std::string& package,
                         Arguments&&... arguments) {
  Entry entry(std::forward<Arguments>(arguments)...);
  const std::string reason =
      "built without " + library + "; install " + package + " and build again";
  entry.measure = [reason](auto&&...) { throw harness::Skipped(reason); };
  entry.make = [reason](auto&&...) -> typename Entry::Made { throw harness::Skipped(reason); };
  return Roster<Entry>::add(std::move(entry));
}

}  // namespace scenarios
