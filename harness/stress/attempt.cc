#include "harness/stress/attempt.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "harness/base/child_program.h"
#include "harness/base/json.h"
#include "harness/base/process_tree.h"
#include "harness/base/stacks.h"
#include "harness/stress/shared.h"
#include "harness/stress/trial.h"
#include "harness/stress/watchdog.h"

namespace harness::stress {
namespace {

using std::chrono::nanoseconds;
using Finding = Watchdog::Finding;

constexpr std::size_t kLongestComplaint = 4096;

std::string state_of(const ActorState& actor) {
  switch (actor.state.load()) {
    case ActorState::kRuns:
      return std::string("after '") + actor.at.load() + "', its step " +
             std::to_string(actor.steps.load());
    case ActorState::kEnded:
      return "has ended";
    case ActorState::kKilled:
      return "was killed";
    default:
      return "has not started";
  }
}

std::string stacks_text(pid_t leader) {
  std::string text;
  for (const Json& thread : stacks_of(leader)) {
    text += "  process " + std::to_string(thread.value("pid", 0)) + " thread " +
            std::to_string(thread.value("tid", 0)) + ": state " + thread.value("state", "?") +
            ", wchan " + thread.value("wchan", "-") + ", syscall " + thread.value("syscall", "-") +
            "\n";
    if (const auto stack = thread.value("stack", ""); !stack.empty()) text += stack + "\n";
  }
  return text;
}

std::string report_of(const Config& config, const Board& board, pid_t leader) {
  std::string text = std::string("  the trial: ") + board.leader_at.load() + "\n";
  for (int number = 0; number < config.actors; ++number) {
    const auto& actor = board.actors[static_cast<std::size_t>(number)];
    text += "  actor " + std::to_string(number) + " (process " + std::to_string(actor.pid.load()) +
            ", thread " + std::to_string(actor.tid.load()) + "): " + state_of(actor) + "\n";
  }
  return text + stacks_text(leader);
}

// The labels of the actors that have not ended, each once: hangs of the same kind have the same text.
std::string hang_outcome(const Config& config, const Board& board) {
  std::map<std::string, int> places;
  for (int number = 0; number < config.actors; ++number) {
    const auto& actor = board.actors[static_cast<std::size_t>(number)];
    if (actor.state.load() == ActorState::kRuns) ++places[actor.at.load()];
  }
  if (places.empty()) return std::string("hang: the trial ") + board.leader_at.load();
  std::string text = "hang:";
  for (const auto& [place, actors] : places) text += " '" + place + "'";
  return text;
}

// Waits until the trial has ended, this program is interrupted, or the watchdog gives it up.
ChildProgram::End wait_for(ChildProgram& child, Capture& complaints, const Board& board,
                           Watchdog& watchdog, Finding& finding) {
  using Clock = ChildProgram::Clock;
  for (auto seen = Clock::now(); finding == Finding::kNone;) {
    const auto end = child.wait(Clock::now() + watchdog.slice(), {&complaints});
    if (end != ChildProgram::End::kLate) return end;
    const auto before = std::exchange(seen, Clock::now());
    finding = watchdog.look(board.steps(), seen - before, thread_times_of(child.id()));
  }
  return ChildProgram::End::kLate;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.find_last_of('\n') + 1);
}

// What is wrong with the way in which the trial's process ended; empty if nothing is.
std::string crash_of(int status, const std::string& complaints) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string how = WIFSIGNALED(status) ? std::string(::strsignal(WTERMSIG(status)))
                                              : "exit code " + std::to_string(WEXITSTATUS(status));
  const std::string said = last_line(complaints);
  return "crash: " + how + (said.empty() ? "" : ": " + said);
}

void become_the_trial(const Test& test, const Config& config, std::uint64_t seed, Board& board,
                      int complaints) {
  ::dup2(complaints, STDERR_FILENO);
  const int null = ::open("/dev/null", O_RDWR);
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::close(null);
  run_trial(test, config, seed, board);
}

}  // namespace

Attempt attempt(const Test& test, const Config& config, std::uint64_t seed, nanoseconds patience) {
  const Shared<Board> board;
  Capture complaints(kLongestComplaint);
  ChildProgram child([&] { become_the_trial(test, config, seed, *board, complaints.writer()); });
  Watchdog watchdog(patience);
  Finding finding = Finding::kNone;
  const auto end = wait_for(child, complaints, *board, watchdog, finding);
  Attempt seen;
  if (finding != Finding::kNone) {
    const bool hung = finding == Finding::kHung;
    seen.end = hung ? Attempt::End::kHung : Attempt::End::kStarved;
    seen.report = "  " + watchdog.to_text() + "\n" + report_of(config, *board, child.id());
    board->record(hung ? hang_outcome(config, *board) : kStarvedOutcome);
  }
  const int status = child.reap();
  while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;  // orphans that this process has adopted
  if (end == ChildProgram::End::kInterrupted) return {Attempt::End::kInterrupted, {}, {}};
  complaints.drain();
  if (end == ChildProgram::End::kEnded) {
    if (const auto crash = crash_of(status, complaints.text()); !crash.empty()) {
      board->record(crash);
    }
    if (board->skipped.load()) seen.end = Attempt::End::kSkipped;
  }
  board->each_outcome(
      [&](const std::string& text, std::uint64_t samples) { seen.outcomes[text] += samples; });
  return seen;
}

}  // namespace harness::stress
