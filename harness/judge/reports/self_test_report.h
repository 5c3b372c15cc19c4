// What `aa` writes of its trials: aa.json for programs, aa.md for people.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/comparison_settings.h"
#include "harness/judge/self_test.h"

namespace harness {

// For a terminal: a case is named once, above its rows.
std::string text_of(const SelfTest& test);
std::string markdown_of(const SelfTest& test);
// `failures`: why trials could not be ended.
void write_self_test(const SelfTest& test, const ComparisonSettings& settings,
                     const std::vector<std::string>& failures, const std::filesystem::path& folder);

struct Floors {
  std::map<std::pair<std::string, Metric>, double> by_case;
  std::vector<std::string> doubts;  // what an `ab` of these cases and settings is to warn of
};

// Returns, by case and metric, the smallest effect that the trials of an aa.json would have found. Throws BadUsage,
// naming `option`, if the file is none, or says nothing of these cases.
Floors floors_from(const std::string& option, const std::filesystem::path& file,
                   const std::vector<std::string>& cases, const ComparisonSettings& settings);

}  // namespace harness
