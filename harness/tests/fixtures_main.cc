// fixture-bench: bench-all with the scenarios and stress tests of the tests in place of the real ones.
#include <unistd.h>

#include "harness/tests/example_stress.h"
#include "harness/tests/fixtures.h"
#include "harness/tests/stress_fixtures.h"

namespace {

using harness::testing::test_that;

harness::stress::Test named(const char* name, harness::stress::Test test) {
  test.name = name;
  return test;
}

}  // namespace

int main(int argc, char** argv) {
  const auto fails = named("fails/contender:ours/scope:processes",
                           test_that([](auto& me) { me.record("bad"); }, true));
  const auto hangs = named("hangs/contender:ours/scope:threads", test_that(
                                                                     [](auto& me) {
                                                                       me.at("sleeps");
                                                                       while (me.number() > 0)
                                                                         ::pause();
                                                                     },
                                                                     false));
  auto peer = named("fails/contender:theirs/scope:threads",
                    test_that([](auto& me) { me.record("bad"); }, false));
  peer.is_peer = true;
  return harness::main(argc, argv, {&harness::testing::counting, &harness::testing::trouble},
                       {&harness::testing::counter, &fails, &hangs, &peer});
}
