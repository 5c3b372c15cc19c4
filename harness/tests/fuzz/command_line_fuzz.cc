// Fuzzes the command line: any words are either understood, or refused with one line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/errors.h"
#include "harness/command/options.h"
#include "harness/plan/plan.h"
#include "harness/tests/fixtures.h"

namespace {

std::vector<std::string> words_of(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words{"bench-all"};
  bool begun = false;
  for (std::size_t at = 0; at < size; ++at) {
    if (data[at] == '\n' || data[at] == 0) {
      begun = false;
    } else {
      if (!begun) words.emplace_back();
      begun = true;
      words.back() += static_cast<char>(data[at]);
    }
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto words = words_of(data, size);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::vector<const harness::Scenario*> scenarios{&harness::testing::counting,
                                                        &harness::testing::trouble};
  try {
    const auto options =
        harness::parse_command_line(static_cast<int>(words.size()), arguments.data(), scenarios);
    const bool has_answer = options.command == harness::Options::Command::kAnswer;
    if (has_answer == options.answer.empty()) std::abort();
  } catch (const harness::BadUsage& mistake) {
    if (std::string(mistake.what()).find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
