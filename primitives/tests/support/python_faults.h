// PythonFaultsTest: programs that hang CPython for ever, or lose something in it, through the public
// interface (docs/python-faults.md has the list). The property of each: every call comes back; the
// watchdog ends one that does not.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "gilfree/multiprocessing.h"
#include "primitives/tests/support/asleep.h"
#include "primitives/tests/support/scopes.h"

namespace gilfree::testing {

namespace mp = gilfree::multiprocessing;

inline void sleep_for_ever() {
  while (true) ::pause();
}

class PythonFaultsTest : public Watchdog {
 protected:
  // A process that has done `work`, and lives until it is killed.
  template <typename Work>
  static mp::Process after(Work work) {
    mp::Event done;
    mp::Process process(
        [&done, work] {
          work();
          done.set();
          sleep_for_ever();
        },
        {.daemon = true});
    process.start();
    done.wait();
    return process;
  }
  // One that sleeps in `work`.
  template <typename Work>
  static mp::Process asleep_in(Work work) {
    mp::Event begins;
    mp::Process process(
        [&begins, work] {
          begins.set();
          work();
        },
        {.daemon = true});
    process.start();
    begins.wait();
    await_sleep(process.pid());
    return process;
  }
  static mp::Process waiter_of(mp::Condition& condition) {
    return asleep_in([&condition] {
      const std::scoped_lock hold(condition);
      condition.wait();
    });
  }
  static void kill(mp::Process process) {
    process.kill();
    process.join();
  }
};

}  // namespace gilfree::testing
