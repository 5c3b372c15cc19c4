// Waiter: a process that waits, asleep, and whether it has come back.
//
//   Waiter waiter([&] { event.wait(); });   // returns once it sleeps
//   event.set();
//   waiter.join();
#pragma once

#include <functional>

#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

class Waiter {
 public:
  explicit Waiter(const std::function<void()>& wait) : watch_(1), back_(1) {
    crew_.start(1, [&](int) {
      watch_.will_sleep(0);
      wait();
      back_[0] = 1;
    });
    watch_.await(0);
  }
  bool is_back() { return back_[0] != 0; }
  void join() { crew_.join(); }

 private:
  SleepWatch<Processes> watch_;
  Ledger<Processes> back_;
  Crew<Processes> crew_;
};

}  // namespace gilfree::testing
