#include "harness/fleet/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <chrono>

#include "harness/base/child_program.h"
#include "harness/base/errors.h"
#include "harness/fleet/engine.h"

namespace harness {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::string last_line(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return one_line(text.substr(text.rfind('\n') + 1));
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_./=:,@%+").find(c) != std::string_view::npos;
}

}  // namespace

std::string answer_of(const std::vector<std::string>& command) try {
  Capture output, complaints;
  ChildProgram child([&] {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(output.writer(), STDOUT_FILENO);
    ::dup2(complaints.writer(), STDERR_FILENO);
    exec_on_path(command);
  });
  const auto end = child.wait(ChildProgram::Clock::now() + kPatience, {&output, &complaints});
  const int status = child.reap();
  if (end != ChildProgram::End::kEnded) throw EngineError(command[0] + " does not answer");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output.text();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    throw EngineError(command[0] + " is not on PATH; install it, or use --via local");
  }
  throw EngineError(command[0] + ": " + last_line(complaints.text()));
} catch (const CannotStart& why) {
  throw EngineError(command[0] + " cannot be started: " + why.what());
}

std::string shell_words(const std::vector<std::string>& command) {
  std::string text;
  for (const auto& word : command) {
    bool plain = !word.empty();
    std::string quoted = "'";
    for (const char c : word) {
      plain = plain && is_plain(c);
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    text += (text.empty() ? "" : " ") + (plain ? word : quoted + "'");
  }
  return text;
}

std::filesystem::path this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

}  // namespace harness
