// Schedule: which launch comes next, and which are left out because the time is up.
//
//   Schedule schedule(cases, {.rounds = 6, .budget = 125s}, expected);
//   while (const auto launch = schedule.next(elapsed)) {
//     ... run it ...
//     schedule.took(*launch->of, seconds);
//     if (launch->round == 1) schedule.showed(...);
//   }
//
// A run is rounds; a round asks every question (Case::question) once, and the contenders of a
// question run back to back: a machine that changes its speed over seconds changes it for
// neighbours alike, so a ratio is taken launch by launch. Questions, and the contenders of each, are
// shuffled anew in each round.
//
// Every case is in the first round, a decisive one in all of them. Decisive is what its scenario declares, and of a
// question with such a case also what led in the first round (leaders.h), the first of each question before the second,
// if the budget has room for it. The others of a question join a later round, all or none of them, if there is room
// for them beside everything that must still come. Without a budget each case is in every round.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/plan/leaders.h"
#include "harness/plan/plan.h"

namespace harness {

using Seconds = std::chrono::duration<double>;

struct Launch {
  const Case* of;
  int round;  // 1, 2, ...; it is also the launch's number within its case
};

class Schedule {
 public:
  static constexpr Seconds kNoBudget{std::numeric_limits<double>::infinity()};

  struct Rules {
    int rounds = 1;
    std::uint64_t seed = 0;
    bool shuffled = true;
    Seconds budget = kNoBudget;
  };

  // `cases` must outlive it. `expected` says what a launch costs, until one has been seen.
  Schedule(const std::vector<Case>& cases, const Rules& rules,
           const std::function<Seconds(const Case&)>& expected);

  // Nothing when the run is over.
  std::optional<Launch> next(Seconds elapsed);
  Seconds expected(const Case& of) const { return costs_.at(&of); }
  void took(const Case& of, Seconds seconds) { costs_[&of] = seconds; }
  // What a case's first launch showed. Of several windows the first counts.
  void showed(const Showing& shown);
  // This launch was made before, by a run that is resumed. Its expected time counts as elapsed.
  void already(const std::string& name, int round);
  // It cannot run here, or hangs: no more launches of it.
  void drop(const Case& of);

  // The expected time of the launches that were made before.
  Seconds before() const { return before_; }
  std::size_t launches() const { return launches_; }  // handed out
  std::size_t left_out() const { return left_out_; }  // for want of time
  // What is still expected to come.
  Seconds time_left(Seconds elapsed) const;

 private:
  // One question in one round.
  using Block = std::vector<Launch>;

  bool is_certain(const Launch& launch) const;
  // Of the launches that must be made, or of those that are made if there is time.
  Seconds cost(const Block& block, bool certain) const;
  Seconds cost(bool certain) const;
  Seconds cost(const Case& of) const;  // of all its launches
  void open_block(Seconds elapsed);
  void learn_what_is_decisive(Seconds elapsed);

  Rules rules_;
  std::map<const Case*, Seconds> costs_;
  std::set<const Case*> decisive_;
  std::vector<Showing> shown_;      // until the first round is over
  std::set<const Case*> repeated_;  // by the run that is resumed
  std::deque<Block> blocks_;
  std::deque<Launch> now_;  // of the block that is open
  Seconds before_{};
  std::size_t launches_ = 0, left_out_ = 0;
};

}  // namespace harness
