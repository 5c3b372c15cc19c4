// What `aa` writes of its trials: aa.json for programs, aa.md for people.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/comparison.h"
#include "harness/judge/self_test.h"

namespace harness {

std::string text_of(const SelfTest& test);
void write_self_test(const SelfTest& test, const ComparisonSettings& settings,
                     const std::filesystem::path& folder);

// Returns, by case and metric, the smallest effect that the trials of an aa.json would have found. Throws BadUsage,
// naming `option`, if the file is none, or says nothing of these cases.
std::map<std::pair<std::string, Metric>, double> floors_from(const std::string& option,
                                                             const std::filesystem::path& file,
                                                             const std::vector<std::string>& cases);

}  // namespace harness
