// barrier_generations: no party passes before all have come, round after round; each place is given once.
#include <array>
#include <atomic>
#include <memory>

#include "harness/stress/shared.h"
#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/barrier.h>

namespace scenarios {
namespace {

constexpr int kMostRounds = 100;

template <WorkerKind K>
class Generations : public stress::Body {
 public:
  explicit Generations(int parties) : barrier_(parties) {}

  void act(stress::Actor& me) override {
    try {
      for (int i = 0; i < me.config().operations; ++i)
        round(me, (*rounds_)[static_cast<std::size_t>(i)]);
    } catch (const gilfree::BrokenBarrier&) {
      me.record("broken");
    }
    ++*whole_;
  }
  // A party that was killed before it came is waited for, until the barrier is aborted.
  void ended(int) override {
    if (++*ended_ > *whole_) barrier_.abort();
  }
  void judge(const stress::Judged& trial) override {
    int killed = 0;
    for (int actor = 0; actor < trial.config.actors; ++actor) killed += trial.was_killed(actor);
    if (killed == 0 && barrier_.broken()) trial.record("broken without a death");
  }

 private:
  struct Round {
    std::atomic<int> came{0};
    std::atomic<unsigned> places{0};
  };

  void round(stress::Actor& me, Round& now) {
    now.came.fetch_add(1);
    me.at("wait");
    const auto place = 1U << barrier_.wait();
    if (now.came < me.config().actors) return me.record("passed early");
    me.record((now.places.fetch_or(place) & place) == 0 ? "passed" : "place given twice");
  }

  gilfree::Barrier<GilfreeScope<K>> barrier_;
  stress::Shared<std::array<Round, kMostRounds>> rounds_;
  stress::Shared<std::atomic<int>> whole_{0}, ended_{0};
};

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test =
      our_test("barrier_generations", "barrier", K, "No party passes before all have come.");
  test.outcomes = {
      {"passed", stress::Expect::kAcceptable, "after all had come"},
      {"passed early", stress::Expect::kForbidden, "before the last party came"},
      {"place given twice", stress::Expect::kForbidden, "two parties have one place in a round"},
      {"broken without a death", stress::Expect::kForbidden, "all parties came"}};
  test.limits.most_operations = kMostRounds;
  test.limits.most_actors = 6;
  if (K == WorkerKind::kProcesses) {
    test.limits.kills = true;
    test.outcomes.push_back({"broken", stress::Expect::kInteresting, "a party was killed"});
  }
  test.make = [](const stress::Config& config) {
    return std::make_unique<Generations<K>>(config.actors);
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
