#include "harness/base/interruption.h"

#include <unistd.h>

#include <atomic>
#include <ctime>

namespace harness {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> first{0};  // the signal that came, while finishing
std::atomic<std::int64_t> first_came_ns{0};
std::atomic<int> finishing{0};  // how many FinishFirst live
std::atomic<pid_t> doomed_at_end{0};
static_assert(std::atomic<int>::is_always_lock_free &&
                  std::atomic<std::int64_t>::is_always_lock_free,
              "used by a signal handler");

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// Calls only what is async-signal-safe.
void on_signal(int number) {
  if (finishing.load() > 0) {
    int none = 0;
    if (first.compare_exchange_strong(none, number)) {
      first_came_ns.store(now_ns());
      return;
    }
    if (now_ns() - first_came_ns.load() < 1'000'000'000) return;
  }
  if (const pid_t doomed = doomed_at_end.load(); doomed != 0) ::kill(doomed, SIGKILL);
  ::_exit(128 + number);
}

void on_child_ended(int) {}  // an ignored signal would not end a sleep

}  // namespace

void end_on_signals() {
  for (const int number : kSignals) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = on_signal;
    ::sigaction(number, &action, nullptr);
  }
}

void kill_at_end(pid_t doomed) { doomed_at_end.store(doomed); }

FinishFirst::FinishFirst() {
  if (finishing.load() == 0) first.store(0);
  finishing.fetch_add(1);
}

FinishFirst::~FinishFirst() { finishing.fetch_sub(1); }

int interrupted() { return first.load(); }

SignalsHeld::SignalsHeld() {
  sigset_t held;
  ::sigemptyset(&held);
  for (const int number : kSignals) ::sigaddset(&held, number);
  ::sigaddset(&held, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &held, &outside_);
  struct sigaction action {};
  action.sa_handler = on_child_ended;
  ::sigaction(SIGCHLD, &action, &child_ended_);
}

SignalsHeld::~SignalsHeld() {
  ::sigaction(SIGCHLD, &child_ended_, nullptr);
  ::sigprocmask(SIG_SETMASK, &outside_, nullptr);
}

}  // namespace harness
