#include "harness/run/launcher.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "harness/base/child_program.h"
#include "harness/base/interruption.h"
#include "harness/base/stacks.h"

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

// Says what the launch did when its time was up, and what it had complained of.
Json late_row(std::chrono::nanoseconds timeout, const std::string& lines,
              const std::string& complaints) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
  const Json last = Json::parse(last_line(lines), nullptr, false);
  std::string error = "still running after " + std::to_string(seconds) + " s";
  if (is_stage(last)) error += ": " + last["stage"].get<std::string>();
  return no_row("timeout", error, complaints);
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
  ChildProgram child(
      [&] { become_the_launch(rows.writer(), complaints.writer(), std::move(order)); });
  const auto end = child.wait(ChildProgram::Clock::now() + timeout, {&rows, &complaints});
  const Json hung = end == ChildProgram::End::kLate ? stacks_of(child.id()) : Json();
  const int status = child.reap();
  reap_orphans();
  if (end == ChildProgram::End::kInterrupted) return {};
  rows.drain();  // what was written just before it ended
  complaints.drain();
  if (end == ChildProgram::End::kEnded) return rows_of(rows.text(), complaints.text(), status);
  Json line = late_row(timeout, rows.text(), complaints.text());
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
