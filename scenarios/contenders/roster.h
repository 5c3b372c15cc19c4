// Roster: everyone who answers pipe_vs_queue. A new contender is a file and a line here.
#pragma once

#include <string>
#include <vector>

#include "scenarios/contenders/boost_queue.h"
#include "scenarios/contenders/cpython.h"
#include "scenarios/contenders/descriptors.h"
#include "scenarios/contenders/kernel_queues.h"
#include "scenarios/contenders/ours.h"
#include "scenarios/contenders/spsc_ring.h"
#include "scenarios/contenders/zeromq.h"

namespace scenarios {

using Natives =
    Roster<OurPipe, OurQueue, OurSpinningQueue, KernelPipe, LargeKernelPipe, StreamSockets,
           PacketSockets, PosixQueue, SystemVQueue, BoostQueue, ZeroMq, SpscRing>;

// The axis has two ways of waiting: a contender's own, and spinning where it offers that besides.
inline std::string wait_axis_of(const Facts& facts) {
  return facts.name == "queue" && facts.wait == "spin" ? "spin" : "native";
}

inline bool is_native(const std::string& channel, const std::string& wait) {
  bool found = false;
  Natives::each([&]<typename C>() {
    found = found || (C::kFacts.name == channel && wait_axis_of(C::kFacts) == wait);
  });
  return found;
}

inline std::vector<harness::Parameter::Value> channel_names() {
  Names names;
  names.add<Natives>();
  for (const auto name : kCPythonChannels) names.add(name);
  return names;
}

}  // namespace scenarios
