#include "harness/rounds/pair_source.h"

#include <algorithm>
#include <chrono>

#include "harness/base/errors.h"
#include "harness/base/interruption.h"
#include "harness/judge/skipped.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

ComparisonSettings::OfPair options_of(const std::string& name, const ComparisonSettings& settings) {
  ComparisonSettings::OfPair options{settings.options, settings.options};
  if (const auto more = settings.options_of_pair.find(name);
      more != settings.options_of_pair.end()) {
    options.a.insert(options.a.end(), more->second.a.begin(), more->second.a.end());
    options.b.insert(options.b.end(), more->second.b.begin(), more->second.b.end());
  }
  return options;
}

}  // namespace

void PairSource::go_on_from(const std::vector<Pair>& made, std::function<void(const Pair&)> keep) {
  for (const auto& pair : made) {
    const bool is_of_older =
        pair.linked_a.empty() && pair.linked_b.empty();  // `ab`, which wrote neither
    if (!is_of_older) expect_same_code(pair);
    made_[{pair.name, pair.fresh}].push_back(pair);
  }
  keep_ = std::move(keep);
}

bool PairSource::has_made(const std::string& name, bool fresh) const {
  const auto made = made_.find({name, fresh});
  return made != made_.end() && !made->second.empty();
}

std::optional<Pair> PairSource::take_made(const std::string& name, bool fresh) {
  if (!has_made(name, fresh)) return {};
  auto& made = made_[{name, fresh}];
  Pair pair = std::move(made.front());
  made.pop_front();
  return pair;
}

// Launches each build once, A first in an odd launch. That one skips the case is no failure if the other one does so too.
void PairSource::launch_both(Pair& pair, int number, const ComparisonSettings& settings) const {
  const auto options = options_of(pair.name, settings);
  std::string skipped_by_a, skipped_by_b;  // why
  const auto launch_of = [&](bool is_a) {
    auto launched = is_a ? a_.measure(pair.name, options.a, settings.scratch)
                         : b_.measure(pair.name, options.b, settings.scratch);
    if (interrupted() != 0) return false;
    const std::string build = is_a ? "A" : "B";
    if (launched.late) {
      pair.late.push_back({.name = pair.name,
                           .build = build,
                           .launch = number,
                           .why = launched.failure,
                           .starved = launched.late->starved,
                           .threads = launched.late->threads});
    }
    if (!launched.skipped.empty()) {
      (is_a ? skipped_by_a : skipped_by_b) = launched.skipped;
      return true;
    }
    if (!launched.failure.empty()) {
      pair.failure =
          build + " failed in launch " + std::to_string(number) + ": " + launched.failure;
      return false;
    }
    (is_a ? pair.a : pair.b) = std::move(launched.sample);
    (is_a ? pair.linked_a : pair.linked_b) = std::move(launched.linked);
    return true;
  };
  const bool a_first = number % 2 == 1;
  const bool have_ended = launch_of(a_first) && launch_of(!a_first);
  const bool any_skipped = !skipped_by_a.empty() || !skipped_by_b.empty();
  if (!have_ended || any_skipped) pair.a = pair.b = {};
  if (!have_ended || !any_skipped) return;
  if (!skipped_by_a.empty() && !skipped_by_b.empty()) {
    pair.skipped = skip_reason(skipped_by_a, skipped_by_b);
    return;
  }
  pair.failure = std::string("only ") + (skipped_by_b.empty() ? "A" : "B") +
                 " skipped it, in launch " + std::to_string(number) + ": " + skipped_by_a +
                 skipped_by_b;
}

void PairSource::expect_same_code(const Pair& pair) {
  if (!pair.failure.empty() || (pair.a.empty() && pair.b.empty())) return;  // it says nothing
  const auto expect = [](const char* which, const Build& build, const std::string& now,
                         std::optional<std::string>& first) {
    if (!first) first = now;
    if (now == *first) return;
    throw BadUsage(std::string(which) + " (" + build.program().string() +
                   ") was replaced while it was measured: what it runs, or a library that it "
                   "loads, is another one than at first; name a copy, and another --out");
  };
  expect("A", a_, pair.linked_a, linked_a_[pair.name]);
  expect("B", b_, pair.linked_b, linked_b_[pair.name]);
}

std::optional<bool> PairSource::are_same_code() const {
  const auto are_known = [](const auto& all) {
    return !all.empty() && std::none_of(all.begin(), all.end(),
                                        [](const auto& each) { return each.second->empty(); });
  };
  if (!are_known(linked_a_) || !are_known(linked_b_)) return {};
  return linked_a_ == linked_b_;
}

std::optional<Pair> PairSource::launch(const std::string& name, int number, bool fresh,
                                       const ComparisonSettings& settings) {
  const auto begun = Clock::now();
  Pair pair{.name = name, .fresh = fresh};
  launch_both(pair, number, settings);
  if (!pair.late.empty() && interrupted() == 0) {
    pair.failure.clear();
    launch_both(pair, number, settings);
    if (pair.late.size() > 1) pair.failure += ", and when it was made again";
  }
  if (interrupted() != 0) return {};
  expect_same_code(pair);
  pair.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  keep_(pair);
  return pair;
}

}  // namespace harness
