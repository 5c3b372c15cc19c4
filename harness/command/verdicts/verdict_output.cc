#include "harness/command/verdicts/verdict_output.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "harness/base/errors.h"

namespace harness {

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
  if (format != Format::kGithub || summary == nullptr) return;
  std::ofstream out(summary, std::ios::app);
  if (!(out << formatted(all, Format::kMarkdown) << std::flush)) {
    throw CannotWrite(std::string("GITHUB_STEP_SUMMARY: ") + summary);
  }
}

int code_of(const std::vector<Compared>& all, bool strict) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.any(verdict); });
  };
  if (std::any_of(all.begin(), all.end(), [](const auto& each) { return each.any_worse(); })) {
    return kWorse;
  }
  const bool none_judged =
      std::any_of(all.begin(), all.end(), [](const auto& each) { return each.none_judged(); });
  const bool undecided = none_judged || (strict && any(Verdict::kUndecided));
  return undecided || any(Verdict::kIncomparable) ? kIncomparable : kOk;
}

}  // namespace harness
