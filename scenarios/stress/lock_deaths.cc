// The tests of lock_deaths (lock_deaths.h) over gilfree.
#include "scenarios/stress/lock_deaths.h"

#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/lock.h>

namespace scenarios {
namespace {

using checkers::Deaths;

template <typename Lock, bool kReentrant>
stress::Test describe(const char* name) {
  auto test = our_test("lock_deaths", name, WorkerKind::kProcesses,
                       "The lock of a killed holder passes on.");
  test.outcomes = {
      {"right", stress::Expect::kAcceptable, "no update was lost"},
      {"abandoned", stress::Expect::kInteresting, "a holder was killed, and the next owner knows"},
      {"abandoned at the end", stress::Expect::kInteresting, "the last holder was killed"},
      {"two inside", stress::Expect::kForbidden, "two holders at once"},
      {"lost an update", stress::Expect::kForbidden,
       "no next owner got to know of a death in the section"},
      {"never free again", stress::Expect::kForbidden, "the dead holder keeps it"}};
  test.limits.kills = true;
  test.limits.most_actors = 5;
  test.make = [](const stress::Config&) { return std::make_unique<Deaths<Lock, kReentrant>>(); };
  return test;
}

const RegisteredStress registered([] {
  return std::vector{describe<gilfree::Lock<gilfree::Processes>, false>("lock"),
                     describe<gilfree::RLock<gilfree::Processes>, true>("rlock")};
});

}  // namespace
}  // namespace scenarios
