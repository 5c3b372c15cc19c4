// pipe_end: what is sent arrives in order, without a gap, and then comes the end of the file, also when the sender
// is killed.
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/support/gilfree_scope.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/errors.h>
#include <gilfree/pipe.h>

namespace scenarios {
namespace {

template <WorkerKind K>
class PipeEnd : public stress::Body {
 public:
  explicit PipeEnd(const stress::Config& config)
      : ends_(gilfree::Pipe<long, GilfreeScope<K>>(
            {.duplex = false, .capacity = std::size_t{1} << (config.operations % 5)})) {}

  void act(stress::Actor& me) override {
    const bool sends = me.number() == 0;
    // A child has inherited both ends; it closes the one that it does not use.
    if (K == WorkerKind::kProcesses) sends ? receiver().close() : sender().close();
    sends ? send_all(me) : receive_all(me);
  }
  // In the trial's process, which has both ends too.
  void ended(int actor) override { actor == 0 ? sender().close() : receiver().close(); }
  void judge(const stress::Judged& trial) override {
    if (trial.was_killed(1)) return trial.record("receiver killed");
    trial.record(*received_ >= *sent_ ? "all received" : "lost");
  }

 private:
  auto& receiver() { return ends_.first; }
  auto& sender() { return ends_.second; }

  void send_all(stress::Actor& me) {
    try {
      for (long i = 0; i < me.config().operations; ++i) {
        me.at("send");
        sender().send(i);
        *sent_ = i + 1;
      }
    } catch (const gilfree::BrokenPipe&) {
      me.record(me.config().kills > 0 ? "receiver killed" : "broken too early");
    }
    me.at("close");
    sender().close();
  }
  void receive_all(stress::Actor& me) {
    try {
      for (long i = 0;; ++i) {
        me.at("recv");
        if (receiver().recv() != i) me.record("gap");
        *received_ = i + 1;
      }
    } catch (const gilfree::EndOfFile&) {
      me.record("end of file");
    }
  }

  using End = gilfree::Connection<long, GilfreeScope<K>>;
  std::pair<End, End> ends_;
  stress::Shared<std::atomic<long>> sent_{0}, received_{0};
};

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
  test.make = [](const stress::Config& config) { return std::make_unique<PipeEnd<K>>(config); };
  return {test};
}

const RegisteredStress registered([] {
  return in_both_scopes([]<WorkerKind K>() { return describe<K>(); });
});

}  // namespace
}  // namespace scenarios
