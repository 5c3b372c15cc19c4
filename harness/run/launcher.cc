#include "harness/run/launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "harness/base/interruption.h"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

// What a launch writes: its rows, and the end of whatever it or its parties complain about.
struct Output {
  static constexpr std::size_t kLongestComplaint = 1 << 16;

  std::string rows, complaints;
};

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error("no file descriptors are left");
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  // What is there, but not for ever if somebody writes without end. Of the whole text the last `most`
  // bytes are kept.
  void drain_into(std::string& text, std::size_t most = std::string::npos) const {
    char buffer[1 << 16];
    for (int i = 0; i < 16; ++i) {
      const ssize_t n = ::read(ends_[0], buffer, sizeof buffer);
      if (n <= 0) return;
      text.append(buffer, static_cast<std::size_t>(n));
      if (text.size() > most) text.erase(0, text.size() - most);
    }
  }

 private:
  int ends_[2];
};

[[noreturn]] void be_the_launch(pid_t parent, int rows, int complaints, Json order) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::setpgid(0, 0);
  ::signal(SIGPIPE, SIG_DFL);
  ::fcntl(rows, F_SETFD, 0);  // the launch sets it again
  ::dup2(complaints, STDERR_FILENO);
  ::dup2(::open("/dev/null", O_RDWR), STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  order["fd"] = rows;
  const std::string text = order.dump(-1, ' ', false, Json::error_handler_t::replace);
  ::execl("/proc/self/exe", "bench-all", "__launch", text.c_str(), nullptr);
  ::_exit(127);
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of("\r\n ");
  if (end == std::string::npos) return {};
  const auto start = text.find_last_of('\n', end);
  return text.substr(start == std::string::npos ? 0 : start + 1,
                     end - (start == std::string::npos ? 0 : start + 1) + 1);
}

Json no_row(const std::string& status, std::string error, const Output& output) {
  if (const auto said = last_line(output.complaints); !said.empty()) error += ": " + said;
  return {{"row", {{"status", status}, {"error", error}}}};
}

bool is_row(const Json& line) {
  return line.is_object() && line.contains("row") && line["row"].is_object() &&
         line["row"].contains("status") && line["row"]["status"].is_string();
}

std::vector<Json> rows_of(const Output& output, int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return {no_row("failed",
                   "killed by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")",
                   output)};
  }
  std::vector<Json> rows;
  std::size_t from = 0;
  for (std::size_t to; (to = output.rows.find('\n', from)) != std::string::npos; from = to + 1) {
    Json line = Json::parse(output.rows.substr(from, to - from), nullptr, false);
    if (!is_row(line)) return {no_row("failed", "wrote what is no row", output)};
    rows.push_back(std::move(line));
  }
  const auto code = std::to_string(WEXITSTATUS(status));
  if (rows.empty())
    return {no_row("failed", "ended with exit code " + code + " and no row", output)};
  if (code != "0") return {no_row("failed", "ended with exit code " + code, output)};
  return rows;
}

// Collects what the launch writes until it has ended. False: the deadline or an interruption came
// first. It sleeps meanwhile: whatever it did would be done on a core that is being measured.
bool listen(pid_t child, const Pipe& rows, const Pipe& complaints, Clock::time_point deadline,
            Output& output) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd ready[] = {
      {pidfd, POLLIN, 0}, {rows.reader(), POLLIN, 0}, {complaints.reader(), POLLIN, 0}};
  bool ended = false;
  while (!ended && interrupted.load() == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    // At most a second: a signal may have come just before the poll.
    const int wait = static_cast<int>(std::min<std::int64_t>(left.count(), 1000));
    if (::poll(ready, 3, wait) < 0 && errno != EINTR) break;
    rows.drain_into(output.rows);
    complaints.drain_into(output.complaints, Output::kLongestComplaint);
    for (auto& pipe : ready) {
      if (pipe.fd != pidfd && (pipe.revents & POLLHUP) != 0) pipe.fd = -1;  // nothing more comes
    }
    ended = (ready[0].revents & POLLIN) != 0;
  }
  ::close(pidfd);
  return ended;
}

}  // namespace

std::vector<Json> run_launch(Json order, std::chrono::nanoseconds timeout) {
  Pipe rows, complaints;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return {no_row("failed", "cannot fork", {})};
  if (child == 0) be_the_launch(parent, rows.writer(), complaints.writer(), std::move(order));
  ::setpgid(child, child);  // whichever of the two comes first
  rows.close_writer();
  complaints.close_writer();

  Output output;
  const bool ended = listen(child, rows, complaints, Clock::now() + timeout, output);
  if (!ended) ::kill(-child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::kill(-child, SIGKILL);  // whoever is left of its group
  rows.drain_into(output.rows);
  complaints.drain_into(output.complaints, Output::kLongestComplaint);
  reap_orphans();
  if (interrupted.load() != 0) return {};
  if (!ended) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
    return {no_row("timeout", "still running after " + std::to_string(seconds) + " s", output)};
  }
  return rows_of(output, status);
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

void reap_orphans() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
}

}  // namespace harness
