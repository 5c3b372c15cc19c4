// Interruption: what SIGINT, SIGTERM and SIGHUP do to this program.
//
//   end_on_signals();                // from now on each of them ends it at once
//   {
//     FinishFirst finish;            // meanwhile the first of them is only noted
//     while (interrupted() == 0) ...
//   }
//
// A signal that was ignored when this program was started (nohup, `&` in a script) stays ignored.
#pragma once

#include <signal.h>
#include <sys/types.h>

namespace harness {

// Installs the handlers. The exit code is 128 and the signal's number; the process that kill_at_end()
// names is killed first.
void end_on_signals();

// Sets what is killed when a signal ends this program, as kill(2) takes it: a process, or a process
// group as a negative number. 0: nothing.
void kill_at_end(pid_t doomed);

// While one lives, the first signal sets interrupted() and this program goes on, to finish what it is
// at. A second signal ends it at once, unless it comes within a second of the first: timeout(1) sends
// each signal twice. One within another changes nothing: the outermost begins and ends it.
class FinishFirst {
 public:
  FinishFirst();
  ~FinishFirst();
  FinishFirst(const FinishFirst&) = delete;
  FinishFirst& operator=(const FinishFirst&) = delete;
};

// Returns the number of the signal that came while the present or the last outermost FinishFirst lived, or 0.
int interrupted();

// While one lives, these signals and SIGCHLD wait. ppoll(2) with outside() lets them in, so that none
// is missed between a look at what has happened and the sleep.
class SignalsHeld {
 public:
  SignalsHeld();
  ~SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

  const sigset_t& outside() const { return outside_; }

 private:
  sigset_t outside_;
  struct sigaction child_ended_;  // as it was before
};

}  // namespace harness
