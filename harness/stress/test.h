// Test: shared state, what its actors do with it, and which outcomes are allowed.
//
// A stress test is a file. This one is compiled and run, from harness/tests/example_stress.cc:
//
//   class Counter : public stress::Body {
//    public:
//     void act(stress::Actor& me) override {  // each actor: a thread or a process
//       for (int i = 0; i < me.config().operations; ++i) {
//         me.at("increments");  // a marked point: the schedule changes here
//         count_->fetch_add(1);
//       }
//     }
//     void judge(const stress::Judged& trial) override {  // when all actors have ended
//       const int wanted = trial.config.actors * trial.config.operations;
//       trial.record(*count_ == wanted ? "exact" : "lost an increment");
//     }
//
//    private:
//     stress::Shared<std::atomic<int>> count_{0};
//   };
//
//   const stress::Test counter{
//       .name = "counter/scope:processes",
//       .promise = "Each increment counts.",
//       .outcomes = {{"exact", stress::Expect::kAcceptable, "all increments are in the sum"},
//                    {"lost an increment", stress::Expect::kForbidden, "two read the same value"}},
//       .limits = {.most_actors = 4, .most_operations = 100, .across_processes = true},
//       .make = [](const stress::Config&) { return std::make_unique<Counter>(); },
//   };
//
// An outcome that is not declared is forbidden. So are, of every test, unless it declares them: a hang, a
// crash, an exception that leaves act(), a descriptor or child that is left behind.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/stress/actor.h"
#include "harness/stress/board.h"
#include "harness/stress/config.h"

namespace harness::stress {

// kUndecided: neither right nor wrong could be shown, say of a history too long to search. It does not
// count as passed.
enum class Expect { kAcceptable, kInteresting, kUndecided, kForbidden };

// "hang" also declares "hang: 'lock'", and "crash" declares "crash: Aborted": details follow a colon.
struct Outcome {
  std::string result;
  Expect expect;
  std::string why;
};

// What a judge sees of a trial.
struct Judged {
  const Config& config;
  Board& board;

  void record(std::string_view outcome, std::uint64_t samples = 1) const {
    board.record(outcome, samples);
  }
  bool was_killed(int actor) const;
};

// The shared state of a trial. Made in the trial's process before its actors start.
class Body {
 public:
  virtual ~Body() = default;
  // In each actor, once.
  virtual void act(Actor& me) = 0;
  // After an actor has returned from act() or was killed: in the trial's process, or, between threads, in
  // the actor. Called by several at a time.
  virtual void ended(int /*actor*/) {}
  // In the trial's process, when all have ended.
  virtual void judge(const Judged& trial) = 0;
};

struct Test {
  std::string name;     // property/contender:NAME/scope:SCOPE
  std::string promise;  // what it holds, in a sentence
  std::vector<Outcome> outcomes;
  Limits limits = {};
  // Throws harness::Skipped if this machine cannot run it.
  std::function<std::unique_ptr<Body>(const Config&)> make = {};
  bool is_peer = false;  // not ours: its failures are results, not an error
};

}  // namespace harness::stress
