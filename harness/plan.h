// Plan: which points a run measures, how often, and in which order.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/scenario.h"

namespace harness {

// The command line asks for something that is not there or makes no sense: exit code 2.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Case {
  const Scenario* scenario;
  Point point;
  std::string name;
};

// What the command line chose.
struct Selection {
  std::vector<std::string> filters;         // regular expressions; a case must match one of them
  std::vector<std::string> excludes;        // and none of these
  std::map<std::string, std::string> axes;  // "bytes" -> "8,64,1k"
  std::vector<std::string> interpreters;    // labels for the kInterpreter axis
  bool smoke = false;                       // the first value of every axis but the contenders'
};

// The integers of "8,64,1k", "1:16:*2" (1 2 4 8 16). Binary k, M, G. Throws BadUsage, naming `option`.
std::vector<std::int64_t> integers(const std::string& option, const std::string& text);

// Throws BadUsage: a value an axis has not, a filter that is no expression or matches nothing.
std::vector<Case> select(const std::vector<const Scenario*>& scenarios, const Selection& selection);

struct Launch {
  const Case* of;
  int launch;  // 1, 2, ... of its case
};

// Every case once a round, shuffled anew in each round, so that a drift of the machine meets all alike.
std::vector<Launch> order(const std::vector<Case>& cases, int rounds, std::uint64_t seed,
                          bool shuffled);

}  // namespace harness
