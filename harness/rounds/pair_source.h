// PairSource: makes the pairs of launches of two builds, or takes those that were made earlier.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/comparison_settings.h"
#include "harness/rounds/build.h"
#include "harness/rounds/pair.h"

namespace harness {

class PairSource {
 public:
  PairSource(Build a, Build b) : a_(std::move(a)), b_(std::move(b)) {}

  // Takes these pairs first; gives each one that it launches itself to `keep`. Throws BadUsage as launch() does.
  void go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep);
  // Returns true if there is one left that was made earlier.
  bool has_made(const std::string& name, bool fresh) const;
  // Returns one that was made earlier; nothing if there is none.
  std::optional<Pair> take_made(const std::string& name, bool fresh);
  // Throws BadUsage if a launch is of other code than the first one of its case was: it is not known which gave what.
  //
  // Launches both builds, A first if `number` is odd. If one is late, both are launched again, once: launches that lie a
  // timeout apart are no neighbours. Returns nothing if it was interrupted.
  std::optional<Pair> launch(const std::string& name, int number, bool fresh,
                             const ComparisonSettings& settings);

  // Returns true if both builds ran the same code, false if not; nothing if that is not known.
  std::optional<bool> are_same_code() const;

 private:
  void launch_both(Pair& pair, int number, const ComparisonSettings& settings) const;
  void expect_same_code(const Pair& pair);

  Build a_, b_;
  // By case, since a wrapper may run several programs: what the first launch says; empty if it says nothing.
  std::map<std::string, std::optional<std::string>> linked_a_, linked_b_;
  std::map<std::pair<std::string, bool>, std::deque<Pair>> made_;  // by case and freshness
  std::function<void(const Pair&)> keep_ = [](const Pair&) {};
};

}  // namespace harness
