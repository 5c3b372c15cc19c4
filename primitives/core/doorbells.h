// Doorbells: wait at several bells at once.
//
//   Doorbells<S> bells({&one, &other});
//   bells.wait(deadline, [&] { return one_has_something() || other_has_something(); }, hopeless);
//
// As Doorbell::wait. Who is woken may leave what it was woken for to others who sleep at the same
// bell, so it wakes them.
#pragma once

#include <utility>
#include <vector>

#include "primitives/core/doorbell.h"
#include "primitives/core/patience.h"
#include "primitives/core/scope.h"
#include "primitives/core/sleep.h"

namespace gilfree::core {

template <Scope S>
class Doorbells {
 public:
  explicit Doorbells(std::vector<Doorbell<S>*> bells) : bells_(std::move(bells)) {}

  // False if the deadline came first.
  template <typename Ready, typename Hopeless>
  bool wait(Deadline deadline, Ready ready, Hopeless hopeless) {
    if (ready()) return true;
    if (deadline == kNow) return false;
    for (Patience patience(kNoCpu); patience.stay_awake();) {
      if (ready()) return true;
    }
    return sleep(deadline, [&] { return ready() || hopeless(); });
  }

 private:
  template <typename Ready>
  bool sleep(Deadline deadline, Ready ready) {
    std::vector<Heard> heard(bells_.size());
    for (Nap<S> nap;;) {
      for (std::size_t i = 0; i < bells_.size(); ++i) {
        auto& rings = bells_[i]->rings_;
        heard[i] = {&rings, rings.load(std::memory_order_acquire)};
        bells_[i]->sleepers_.announce();
      }
      const bool is_ready = ready();
      const bool is_late = !is_ready && deadline != kNever && Clock::now() >= deadline;
      if (!is_ready && !is_late) nap.sleep_on_any(heard, deadline);
      for (Doorbell<S>* bell : bells_) bell->sleepers_.withdraw();
      if (is_ready || is_late || ready()) {
        pass_on(heard);
        return !is_late;
      }
    }
  }
  void pass_on(const std::vector<Heard>& heard) {
    for (std::size_t i = 0; i < bells_.size(); ++i) {
      if (heard[i].word->load(std::memory_order_relaxed) == heard[i].value) continue;
      if (bells_[i]->sleepers_.others_may_sleep()) bells_[i]->ring_all();
    }
  }

  std::vector<Doorbell<S>*> bells_;
};

}  // namespace gilfree::core
