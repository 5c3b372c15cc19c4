#include "harness/fleet/program.h"

#include <cctype>
#include <chrono>

#include "harness/base/run_program.h"
#include "harness/fleet/engine.h"

namespace harness {
namespace {

constexpr std::chrono::seconds kPatience{60};

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-_./=:,@%+").find(c) != std::string_view::npos;
}

}  // namespace

std::string answer_of(const std::vector<std::string>& command) try {
  const Finished finished = run_program(command, kPatience);
  if (finished.end != ChildProgram::End::kEnded) throw EngineError(command[0] + " does not answer");
  if (finished.succeeded()) return finished.output;
  if (finished.code() == 127) {
    throw EngineError(command[0] + " is not on PATH; install it, or use --via local");
  }
  throw EngineError(command[0] + ": " + finished.complaint);
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
