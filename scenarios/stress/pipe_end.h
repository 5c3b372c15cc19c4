// pipe_end: what is sent arrives in order, without a gap, and then comes the end of the file, also when the sender
// is killed.
#pragma once

#include <atomic>
#include <utility>

#include "harness/stress/shared.h"
#include "scenarios/support/stress_registry.h"

#include <gilfree/errors.h>

namespace scenarios::checkers {

// End: of a pipe, both ends of a type. kProcesses: each actor has both, and closes one.
template <typename End, bool kProcesses>
class PipeEnd : public stress::Body {
 public:
  // The receiver, and the sender.
  explicit PipeEnd(std::pair<End, End> ends) : ends_(std::move(ends)) {}

  void act(stress::Actor& me) override {
    const bool sends = me.number() == 0;
    // A child has inherited both ends; it closes the one that it does not use.
    if (kProcesses) sends ? receiver().close() : sender().close();
    sends ? send_all(me) : receive_all(me);
  }
  // In the trial's process, which has both ends too.
  void ended(int actor) override { actor == 0 ? sender().close() : receiver().close(); }
  void judge(const stress::Judged& trial) override {
    if (trial.was_killed(1)) return trial.record("receiver killed");
    if (*broken_) trial.record("broken too early");
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
      *broken_ = true;
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

  std::pair<End, End> ends_;
  stress::Shared<std::atomic<long>> sent_{0}, received_{0};
  stress::Shared<std::atomic<bool>> broken_{false};
};

}  // namespace scenarios::checkers
