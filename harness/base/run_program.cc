#include "harness/base/run_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

#include "harness/base/errors.h"
#include "harness/base/stacks.h"

namespace harness {
namespace {

constexpr std::size_t kMostOutput = std::size_t{64} << 20, kMostComplaints = 64 << 10;

std::string last_line(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return one_line(text.substr(text.rfind('\n') + 1));
}

}  // namespace

bool Finished::succeeded() const { return code() == 0; }

int Finished::code() const {
  return end == ChildProgram::End::kEnded && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Finished::failure() const {
  if (end == ChildProgram::End::kLate) return "it did not end, and was killed";
  if (end == ChildProgram::End::kInterrupted) return "interrupted";
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  if (code() == 127 && complaint.empty()) return "it cannot be run";
  return "exit code " + std::to_string(code()) + (complaint.empty() ? "" : ": " + complaint);
}

Finished run_program(const std::vector<std::string>& command, std::chrono::nanoseconds patience,
                     ChildProgram::Group group, const char* variable) {
  Capture output(kMostOutput), complaints(kMostComplaints);
  ChildProgram child(
      [&] {
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(output.writer(), STDOUT_FILENO);
        ::dup2(complaints.writer(), STDERR_FILENO);
        if (variable != nullptr) ::setenv(variable, "1", 1);
        exec_on_path(command);
      },
      group);
  Finished finished;
  finished.end = child.wait(ChildProgram::Clock::now() + patience, {&output, &complaints});
  if (finished.end == ChildProgram::End::kLate) finished.threads = stacks_of(child.id());
  finished.status = child.reap();
  finished.output = output.text();
  finished.complaint = last_line(complaints.text());
  return finished;
}

std::string output_of(const std::vector<std::string>& command, std::chrono::nanoseconds patience,
                      bool* late) {
  if (late != nullptr) *late = false;
  try {
    const Finished finished = run_program(command, patience);
    if (late != nullptr) *late = finished.end == ChildProgram::End::kLate;
    return finished.succeeded() ? finished.output : "";
  } catch (const CannotStart&) {
    return {};
  }
}

}  // namespace harness
