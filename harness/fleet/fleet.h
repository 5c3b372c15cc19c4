// Fleet: machines that are measured alike, each by a run of its own in a folder of its own.
//
//   DIR/fleet.json     which nodes, which engine, which arguments
//   DIR/n1/12-0/       a run of node n1, as `run` writes it; an attempt that was cut short stays beside it
//
// The files are the truth. A node is done if its run.json has the exit code of a run that came to its end. It is
// queued or running if the engine says so. Else it is missing, and heal() submits it: calling it again makes
// good what a lost node, a lost controller or a cancelled job has left out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/fleet/engine.h"
#include "harness/fleet/nodes.h"

namespace harness {

// What DIR/fleet.json holds.
struct FleetPlan {
  std::string id;
  std::string via;
  std::vector<std::string> nodes;
  std::vector<std::string> arguments;
};

// Returns what the folder holds; nothing if it holds no fleet. Throws BadUsage if it is damaged.
std::optional<FleetPlan> read_plan(const std::filesystem::path& folder);
void write_plan(const std::filesystem::path& folder, const FleetPlan& plan);

struct NodeStatus {
  enum class State { kDone, kRunning, kQueued, kDown, kLost, kNeverRan, kNeverCan };
  std::string node;
  State state;
  std::string detail;
  std::optional<Job> job = {};  // that the engine has of it
  bool is_missing = false;      // neither done nor with a job that will run: heal() submits it
};

const char* word_of(NodeStatus::State state);

std::vector<NodeStatus> status_of(const FleetPlan& plan, const std::filesystem::path& folder,
                                  Engine& engine);

// Submits what is missing, and cancels jobs that can never run; says so on stdout and stderr. Returns the exit
// code: kFailed if a node can never run or its job was refused.
int heal(const FleetPlan& plan, const std::filesystem::path& folder, Engine& engine);

// Prints a line for each node and one that counts them. Returns kOk if all are done, kFailed if one can never
// run, else kIncomparable.
int say_status(const std::vector<NodeStatus>& nodes);

}  // namespace harness
