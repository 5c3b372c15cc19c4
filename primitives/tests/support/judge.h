// Judge: the process in which a walk's states are made, its victims die and its survivors are asked.
//
//   const auto words = ask_judge(points, {patience, true}, [&](std::size_t point) { return verdict(point); });
//
// The lab only looks on. A judge that makes no progress is killed, and all who descend from it, and
// another goes on behind the point where it hung.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gilfree::testing {

struct Sitting {
  std::chrono::milliseconds patience;
  bool on_one_cpu;  // judge, victims, peers and survivors
};

// What `answer` said for each of 0 to count - 1, in another process; "hang" where it said nothing
// within `patience` of the survivor's start.
std::vector<std::string> ask_judge(std::size_t count, const Sitting& sitting,
                                   const std::function<std::string(std::size_t)>& answer);

// In the judge: what `survivor` says in a fresh process.
std::string ask_survivor_in_child(const std::function<std::string()>& survivor);

// The longest that a survivor has taken, in any judge of this process, since it was last asked for.
std::chrono::microseconds take_slowest_survivor();

}  // namespace gilfree::testing
