#include "harness/command/verdicts/verdict_output.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "harness/base/errors.h"
#include "harness/judge/reports/comparison_markdown.h"

namespace harness {
namespace {

// GitHub drops the whole summary of a step that is longer than 1 MiB (actions/runner, FileCommandManager.cs). Some room
// is left for what else the step says in it.
constexpr std::uintmax_t kMostOfSummary = 1'000'000;

void add_to_summary(const std::string& file, const std::vector<Compared>& all) {
  std::error_code none;  // it need not be there
  const auto taken = std::filesystem::file_size(file, none);
  const auto room = none ? kMostOfSummary : kMostOfSummary - std::min(taken, kMostOfSummary);
  const auto text = markdown_within(room, all, "the log of this step has a line for each");
  if (text.size() > room) {
    std::cerr
        << "bench-all: GITHUB_STEP_SUMMARY has no room for the table, since GitHub takes 1 MiB "
           "of a step; the log of this step has a line for each row\n";
    return;
  }
  std::ofstream out(file, std::ios::app);
  if (out << text << std::flush) return;
  const int why = errno;  // the verdict counts more, and is in the log
  std::cerr << "bench-all: GITHUB_STEP_SUMMARY: " << one_line(file) << " cannot be written ("
            << reason(why) << "); the log of this step has a line for each row\n";
}

}  // namespace

void add_format(CLI::App& command, Format& format) {
  static const std::map<std::string, Format> formats = {{"table", Format::kTable},
                                                        {"md", Format::kMarkdown},
                                                        {"json", Format::kJson},
                                                        {"junit", Format::kJunit},
                                                        {"github", Format::kGithub}};
  command
      .add_option_function<std::string>(
          "--format", [&format](const std::string& name) { format = formats.at(name); },
          "table (default), md, json, junit or github")
      ->check(CLI::IsMember({"table", "md", "json", "junit", "github"}));
}

void say(const std::vector<Compared>& all, Format format) {
  std::cout << formatted(all, format) << std::flush;
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  const bool has_summary = summary != nullptr && *summary != '\0';
  if (format == Format::kGithub && has_summary) add_to_summary(summary, all);
}

}  // namespace harness
