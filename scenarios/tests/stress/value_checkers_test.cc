// The stress tests of Value and Array: each says what is wrong with one that is broken in one place.
#include <chrono>

#include "scenarios/stress/shared_values.h"
#include "scenarios/tests/stress/checked.h"

#include <gilfree/value.h>

namespace scenarios::testing {
namespace {

using checkers::Accounts;
using checkers::kAccounts;
using checkers::Transfers;

constexpr char kValueOfThreads[] = "shared_values/contender:value/scope:threads";
constexpr char kValue[] = "shared_values/contender:value/scope:processes";

// Locks nothing.
struct UnlockedArray : gilfree::Array<long, gilfree::Threads> {
  using Array::Array;
  void lock() {}
  void unlock() {}
};

// Does not say that a holder was killed.
struct SaysNothing : gilfree::Value<Accounts> {
  struct Silent {
    bool abandoned() const { return false; }
  };
  Silent get_lock() { return {}; }
};

struct IsNeverFreeAgain : gilfree::Value<Accounts, gilfree::Threads> {
  bool try_lock_for(std::chrono::seconds) { return false; }
};

TEST(SharedValues, WithoutALockAChangeIsSeenHalfDone) {
  const auto test =
      over_body<Transfers<UnlockedArray>>("shared_values/contender:array/scope:threads", kAccounts);
  EXPECT_EQ(first_forbidden(test, many_delays(4, 60)), Texts{"half done"});
}

TEST(SharedValues, WhatAKilledHolderLeftHalfDoneIsFoundOutIfTheLockSaysNothing) {
  const auto test = over_body<Transfers<SaysNothing>>(kValue);
  Config kills = many_delays(4, 60);
  kills.kills = 3;
  EXPECT_EQ(first_forbidden(test, kills), Texts{"half done"});
}

TEST(SharedValues, ALockThatIsNeverFreeAgainIsFoundOut) {
  const auto test = over_body<Transfers<IsNeverFreeAgain>>(kValueOfThreads);
  EXPECT_EQ(seen_by(test, {.actors = 2, .operations = 5}).forbidden, Texts{"never free again"});
}

TEST(SharedValues, OursStayWhole) {
  for (const char* name : {kValueOfThreads, kValue}) {
    const auto seen = seen_by(registered(name), many_delays(4, 30));
    EXPECT_EQ(seen.forbidden, Texts{}) << name;
    EXPECT_EQ(seen.others, Texts{"whole"}) << name;
  }
}

}  // namespace
}  // namespace scenarios::testing
