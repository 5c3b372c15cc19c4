#include "harness/judge/late_launch.h"

#include "harness/base/json.h"
#include "harness/base/stacks.h"

namespace harness {

Json json_of(const LateLaunch& late) {
  return {{"case", late.name}, {"build", late.build},     {"launch", late.launch},
          {"why", late.why},   {"starved", late.starved}, {"threads", late.threads}};
}

LateLaunch late_launch_from(const Json& json) {
  return {.name = json.at("case").get<std::string>(),
          .build = json.at("build").get<std::string>(),
          .launch = json.at("launch").get<int>(),
          .why = json.at("why").get<std::string>(),
          .starved = json.at("starved").get<bool>(),
          .threads = json.at("threads")};
}

std::string what_happened(const LateLaunch& late) {
  return late.build + (late.starved ? " was starved" : " hung") + " in launch " +
         std::to_string(late.launch);
}

std::string retry_note(const std::vector<LateLaunch>& of_case) {
  std::string text;
  for (const auto& late : of_case) {
    text += (text.empty() ? "" : "; ") + what_happened(late) + ", which was made again";
  }
  return text;
}

std::string hung_text(const std::vector<LateLaunch>& all) {
  std::string text;
  for (const auto& late : all) {
    text += late.name + " launch " + std::to_string(late.launch) + " of " + late.build + ": " +
            late.why + "\n" + stacks_text(late.threads);
  }
  return text;
}

}  // namespace harness
