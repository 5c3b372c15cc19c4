// Lab process: the process in which a walk's states are made, its victims die and its survivors are asked.
//
//   const auto words = ask_lab_process(points, {patience, true}, [&](std::size_t point) { return verdict(point); });
//
// The lab only looks on. A lab process that makes no progress is killed with all its descendants, and
// another goes on behind the point where it hung.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gilfree::testing {

struct LabOptions {
  std::chrono::milliseconds patience;
  bool on_one_cpu;  // lab process, victims, peers and survivors
};

// What `answer` said for each of 0 to count - 1, in another process; "hang" where it said nothing
// within `patience` of the survivor's start.
std::vector<std::string> ask_lab_process(std::size_t count, const LabOptions& options,
                                         const std::function<std::string(std::size_t)>& answer);

// In the lab process: what `survivor` says in a fresh process.
std::string ask_survivor_in_child(const std::function<std::string()>& survivor);

// The longest that a survivor has taken, in any lab process of this process, since it was last asked for.
std::chrono::microseconds take_slowest_survivor();

}  // namespace gilfree::testing
