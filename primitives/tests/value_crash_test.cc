// Value under kill -9: an update under its lock is whole, or the next holder sees abandoned(). And the making
// of a named object, which is there complete or not at all.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "gilfree/lock.h"
#include "gilfree/value.h"
#include "primitives/tests/support/crash_test.h"

namespace gilfree::testing {
namespace {

// Halves that disagree are those of an update that did not end.
struct Account {
  long left, right;
};

class ValueCrashTest : public CrashTest {
 protected:
  std::string look() {
    const std::scoped_lock hold(*account_);
    auto& account = account_->value();
    if (account_->get_lock().abandoned()) return "seen";
    if (account.left != account.right) return "torn and not seen";
    return account.left == 1 ? "new" : "old";
  }

  std::optional<Value<Account>> account_;
};

TEST_F(ValueCrashTest, AnUpdateKilledAnywhereIsWholeOrTheNextHolderSeesTheDeath) {
  const Findings found = kill_at_every_instruction({.fresh = [&] { account_.emplace(); },
                                                    .prepare = attach,
                                                    .operation =
                                                        [&] {
                                                          const std::scoped_lock hold(*account_);
                                                          account_->value() = {1, 1};
                                                        },
                                                    .survivor = [&] { return look(); }});
  expect(found, {{"old", 1}, {"seen", 1}, {"new", 1}});
  if (found.points == 0) return;
  EXPECT_EQ(found.edges, 2);
  EXPECT_EQ(found.first, "old");
  EXPECT_EQ(found.last, "new");
}

using NamedCrashTest = CrashTest;

TEST_F(NamedCrashTest, KilledWhileItMakesANamedLockThereIsAWholeOneOrNone) {
  const std::string name = "gilfree-crash-test-" + std::to_string(::getpid());
  // It has made others before: then malloc and the loader go the same way in every victim.
  const auto make_others = [other = name + "-other"] {
    for (int i = 0; i < 3; ++i) {
      const Lock<Processes> lock(create_only, other);
      gilfree::remove(other);
    }
  };
  const Walk walk{.fresh = [] {},
                  .prepare = make_others,
                  .operation = [&] { Lock<Processes> lock(create_only, name); },
                  .maps_memory = true,
                  .most_points = 500,  // forked: each takes ten times as long as others
                  .most_rounds = 1,
                  .survivor = [&]() -> std::string {
                    const bool exists = std::filesystem::exists("/dev/shm/" + name);
                    Lock<Processes> lock(open_or_create, name);
                    const std::scoped_lock hold(lock);
                    return exists ? "made" : "not made";
                  },
                  .after =
                      [&] {
                        gilfree::remove(name);
                        return std::string();
                      }};
  expect_one_edge(walk, "not made", "made");
}

}  // namespace
}  // namespace gilfree::testing
