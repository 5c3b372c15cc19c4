// The tests of pipe_end (pipe_end.h) over gilfree.
#include "scenarios/stress/pipe_end.h"

#include <cstddef>
#include <memory>
#include <vector>

#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/pipe.h>

namespace scenarios {
namespace {

template <WorkerKind K>
std::vector<stress::Test> describe() {
  auto test =
      our_test("pipe_end", "pipe", K, "All that was sent arrives, then the end of the file.");
  test.outcomes = {
      {"all received", stress::Expect::kAcceptable, "whatever was sent before the end"},
      {"end of file", stress::Expect::kAcceptable, "once the sender has closed or was killed"},
      {"lost", stress::Expect::kForbidden, "the end came before what was sent"},
      {"gap", stress::Expect::kForbidden, "a message is missing, or out of order"},
      {"broken too early", stress::Expect::kForbidden, "the receiver lives"}};
  if (K == WorkerKind::kProcesses) {
    test.limits.kills = true;
    test.outcomes.push_back(
        {"receiver killed", stress::Expect::kInteresting, "the sender gets an error"});
  }
  test.limits.most_actors = 2;
  test.make = [](const stress::Config& config) {
    using End = gilfree::Connection<long, GilfreeScope<K>>;
    return std::make_unique<checkers::PipeEnd<End, K == WorkerKind::kProcesses>>(
        gilfree::Pipe<long, GilfreeScope<K>>(
            {.duplex = false, .capacity = std::size_t{1} << (config.operations % 5)}));
  };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
