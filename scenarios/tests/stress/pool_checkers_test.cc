// The stress tests of pools, and of the memory model: each says what is wrong with what is broken in one place.
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/stress/litmus.h"
#include "scenarios/stress/pool_results.h"
#include "scenarios/tests/stress/checked.h"

namespace scenarios::testing {
namespace {

// Pools, of which each member function can be broken alone.
struct PlainPool {
  explicit PlainPool(int) {}
  template <typename Task>
  int apply(Task task, int input) {
    return task(input);
  }
  template <typename Task>
  std::vector<int> map(Task task, const std::vector<int>& inputs) {
    std::vector<int> results;
    for (const int each : inputs) results.push_back(task(each));
    return results;
  }
  template <typename Task>
  std::vector<int> imap(Task task, const std::vector<int>& inputs) {
    return map(task, inputs);
  }
};
struct SwapsResults : PlainPool {
  using PlainPool::PlainPool;
  std::vector<int> imap(int (*task)(int), const std::vector<int>& inputs) {
    auto results = map(task, inputs);
    if (results.size() > 1) std::swap(results.front(), results.back());
    return results;
  }
};
struct LosesResults : PlainPool {
  using PlainPool::PlainPool;
  std::vector<int> map(int (*task)(int), const std::vector<int>& inputs) {
    auto results = PlainPool::map(task, inputs);
    if (!results.empty()) results.pop_back();
    return results;
  }
};
struct SwallowsExceptions : PlainPool {
  using PlainPool::PlainPool;
  int apply(int (*task)(int), int input) { return input < 0 ? 0 : task(input); }
};
struct ThrowsByItself : PlainPool {
  using PlainPool::PlainPool;
  std::vector<int> map(int (*)(int), const std::vector<int>&) {
    throw std::logic_error("not ready");
  }
};

template <typename Pool>
Texts pool() {
  const auto test = over("pool_results/contender:pool/scope:threads", [](const Config& config) {
    return std::make_unique<checkers::PoolResults<Pool>>(config);
  });
  return seen_by(test, {.actors = 2, .operations = 60}).forbidden;
}

TEST(PoolResults, SaysWhatIsWrongWithAPoolThatIsBroken) {
  EXPECT_EQ(pool<PlainPool>(), Texts{});
  EXPECT_EQ(pool<SwapsResults>(), Texts{"wrong result"});
  EXPECT_EQ(pool<LosesResults>(), Texts{"results missing"});
  EXPECT_EQ(pool<SwallowsExceptions>(), Texts{"exception lost"});
}

TEST(PoolResults, AnExceptionOfThePoolItselfIsNotTakenForOneOfATask) {
  EXPECT_EQ(pool<ThrowsByItself>(), Texts{"exception: not ready"});
}

// A program whose actors have read what the orders forbid.
void reads_nothing(int actor, checkers::Round& of) { (actor == 0 ? of.x : of.y).store(1); }
void reads_all(int actor, checkers::Round& of) { of.seen[static_cast<std::size_t>(actor)] = 1; }

TEST(Litmus, TheWeakOutcomeIsForbiddenWhereTheOrdersForbidIt) {
  const char name[] = "litmus/contender:store_buffering/orders:seq_cst/scope:threads";
  const auto weak = over_body<checkers::Litmus<reads_nothing, 2>>(name);
  EXPECT_EQ(seen_by(weak, {.actors = 2, .operations = 1}).forbidden, Texts{"0 0"});
  const auto strong = over_body<checkers::Litmus<reads_all, 2>>(name);
  const auto seen = seen_by(strong, {.actors = 2, .operations = 1});
  EXPECT_EQ(seen.forbidden, Texts{});
  EXPECT_EQ(seen.others, Texts{"1 1"});
  const auto relaxed = over_body<checkers::Litmus<reads_nothing, 2>>(
      "litmus/contender:store_buffering/orders:relaxed/scope:threads");
  EXPECT_EQ(seen_by(relaxed, {.actors = 2, .operations = 1}).others, Texts{"0 0"});
}

}  // namespace
}  // namespace scenarios::testing
