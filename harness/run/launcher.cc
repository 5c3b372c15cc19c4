#include "harness/run/launcher.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "harness/base/child_program.h"
#include "harness/base/interruption.h"
#include "harness/base/json.h"
#include "harness/base/process_tree.h"
#include "harness/base/stacks.h"
#include "harness/base/time_to_run.h"

namespace harness {
namespace {

// A launch that complains without end must not fill this program's memory.
constexpr std::size_t kLongestComplaint = 1 << 16;

// Signals that this program has changed or was started with are as the measured programs expect them.
// SIGXFSZ stays ignored: a file that grows too large is an error with a message.
void reset_signals() {
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2}) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void become_the_launch(int rows, int complaints, Json order) {
  reset_signals();
  ::fcntl(rows, F_SETFD, 0);  // the launch sets it again
  ::dup2(complaints, STDERR_FILENO);
  ::dup2(::open("/dev/null", O_RDWR), STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  order["fd"] = rows;
  const std::string text = to_text(order);
  ::execl("/proc/self/exe", "bench-all", "__launch", text.c_str(), nullptr);
  // Without /proc: the path by which this program was started.
  const auto path = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  ::execl(path, "bench-all", "__launch", text.c_str(), nullptr);
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of("\r\n ");
  if (end == std::string::npos) return {};
  const auto start = text.find_last_of('\n', end);
  return text.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

// A launch that fails writes a row or says why.
std::string exit_hint(const std::string& complaints) {
  return last_line(complaints).empty() ? "; something that it measured called exit()" : "";
}

bool is_stage(const Json& line) {
  return line.is_object() && line.contains("stage") && line["stage"].is_string();
}

Json no_row(const std::string& status, std::string error, const std::string& complaints) {
  if (const auto said = last_line(complaints); !said.empty()) error += ": " + said;
  return {{"row", {{"status", status}, {"error", error}}}};
}

// For how much of the time that it was watched a launch could run.
struct Watched {
  std::chrono::nanoseconds time{0}, could_run{0};

  bool was_starved() const { return 2 * could_run < time; }
};

// How long before its timeout a launch is watched: from half of the time on that it has beside its windows. One that
// does well has ended by then, and is not disturbed.
std::chrono::nanoseconds time_to_watch(const Json& order, std::chrono::nanoseconds timeout) {
  const std::chrono::nanoseconds window(order.at("window_ns").get<std::int64_t>());
  const std::chrono::nanoseconds warmup(order.at("warmup_ns").get<std::int64_t>());
  const auto measuring = warmup + order.at("windows").get<int>() * window;
  return (timeout > measuring ? timeout - measuring : timeout) / 2;
}

// Waits as ChildProgram::wait() does, and watches it for the last part of the timeout.
ChildProgram::End wait_for(ChildProgram& child, std::chrono::nanoseconds timeout,
                           std::chrono::nanoseconds to_watch, const std::vector<Capture*>& captures,
                           Watched& watched) {
  using Clock = ChildProgram::Clock;
  constexpr int kLooks = 10;
  const auto slice = to_watch / kLooks;
  auto before = Clock::now() + timeout - to_watch;
  auto end = child.wait(before, captures);
  TimeToRun to_run;
  if (end == ChildProgram::End::kLate) to_run.look(slice, thread_times_of(child.id()));
  for (int look = 0; look < kLooks && end == ChildProgram::End::kLate; ++look) {
    end = child.wait(before + slice, captures);
    const std::chrono::nanoseconds passed = Clock::now() - before;
    before += passed;
    // What is longer than a slice counts as one: this program did not run either.
    watched.time += std::min(passed, slice);
    watched.could_run += to_run.look(std::min(passed, slice), thread_times_of(child.id()));
  }
  return end;
}

std::string seconds_text(std::chrono::nanoseconds time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

// Says what the launch did when its time was up, whether it could run, and what it had complained of.
Json late_row(std::chrono::nanoseconds timeout, const Watched& watched, const std::string& lines,
              const std::string& complaints) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
  const Json last = Json::parse(last_line(lines), nullptr, false);
  std::string error = "still running after " + std::to_string(seconds) + " s";
  if (is_stage(last)) error += ": " + last["stage"].get<std::string>();
  if (watched.was_starved()) {
    error += "; starved: its threads could run for " + seconds_text(watched.could_run) +
             " of the last " + seconds_text(watched.time);
  }
  Json line = no_row("timeout", error, complaints);
  line["starved"] = watched.was_starved();
  return line;
}

// Adds to a failed row what the launch wrote last to standard error, if the row does not say that anyway: the last
// line of a traceback, say.
void add_complaint(Json& row, const std::string& complaints) {
  const auto said = last_line(complaints);
  if (said.empty() || row["status"] != "failed" || !row.contains("error") ||
      !row["error"].is_string())
    return;
  const std::string error = row["error"];
  const bool is_known =
      error.find(said) != std::string::npos || said.find(error) != std::string::npos;
  if (!is_known) row["error"] = error + "; it last wrote to standard error: " + said;
}

bool is_row(const Json& line) {
  return line.is_object() && line.contains("row") && line["row"].is_object() &&
         line["row"].contains("status") && line["row"]["status"].is_string();
}

std::vector<Json> rows_of(const std::string& text, const std::string& complaints, int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return {no_row("failed",
                   "killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")",
                   complaints)};
  }
  std::vector<Json> rows;
  std::size_t from = 0;
  for (std::size_t to; (to = text.find('\n', from)) != std::string::npos; from = to + 1) {
    Json line = Json::parse(text.substr(from, to - from), nullptr, false);
    if (is_stage(line)) continue;
    if (!is_row(line)) return {no_row("failed", "wrote a malformed result row", complaints)};
    add_complaint(line["row"], complaints);
    rows.push_back(std::move(line));
  }
  const auto code = std::to_string(WEXITSTATUS(status));
  if (rows.empty())
    return {no_row("failed", "ended with exit code " + code + " and no row" + exit_hint(complaints),
                   complaints)};
  if (code != "0") return {no_row("failed", "ended with exit code " + code, complaints)};
  return rows;
}

}  // namespace

std::vector<Json> run_launch(Json order, std::chrono::nanoseconds timeout) try {
  Capture rows, complaints(kLongestComplaint);
  const auto to_watch = time_to_watch(order, timeout);
  ChildProgram child(
      [&] { become_the_launch(rows.writer(), complaints.writer(), std::move(order)); });
  Watched watched;
  const auto end = wait_for(child, timeout, to_watch, {&rows, &complaints}, watched);
  const Json hung = end == ChildProgram::End::kLate ? stacks_of(child.id()) : Json();
  const int status = child.reap();
  reap_orphans();
  if (end == ChildProgram::End::kInterrupted) return {};
  rows.drain();  // what was written just before it ended
  complaints.drain();
  if (end == ChildProgram::End::kEnded) return rows_of(rows.text(), complaints.text(), status);
  Json line = late_row(timeout, watched, rows.text(), complaints.text());
  line["threads"] = hung;
  return {line};
} catch (const CannotStart& why) {
  return {no_row("failed", std::string("cannot be started: ") + why.what(), {})};
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

void reap_orphans() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
}

}  // namespace harness
