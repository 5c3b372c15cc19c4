// Profiles: how long a run takes, by one word: --profile smoke, quick or full.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "harness/plan/schedule.h"

namespace harness {

struct Profile {
  int launches, windows;
  std::chrono::nanoseconds warmup, window;
  Seconds budget;
  std::chrono::milliseconds timeout;
};

const std::map<std::string, Profile>& profiles();

}  // namespace harness
