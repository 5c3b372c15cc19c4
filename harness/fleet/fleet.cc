#include "harness/fleet/fleet.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "harness/base/counted.h"
#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using State = NodeStatus::State;

std::string attempts(const Measured& found) { return counted(found.attempts, "attempt"); }

std::string of_done(const Measured& found) {
  return "exit code " + std::to_string(found.exit_code) + ", " + found.run.string();
}

std::string of_lost(const Measured& found) {
  const std::string how = found.exit_code < 0
                              ? "was cut short"
                              : "ended with exit code " + std::to_string(found.exit_code);
  return "its run " + how + "; " + attempts(found);
}

NodeStatus with_job(const std::string& node, const Job& job, const std::string& trouble) {
  const std::string detail = (job.id.empty() ? "" : "job " + job.id + ": ") + job.reason;
  switch (job.state) {
    case Job::State::kRunning:
      return {node, State::kRunning, detail, job};
    case Job::State::kHopeless:
      return {node, State::kNeverCan, detail, job};
    case Job::State::kStuck:
      return {node, State::kLost, detail, job, true};
    case Job::State::kQueued:
      break;
  }
  if (trouble.empty()) return {node, State::kQueued, detail, job};
  return {node, State::kDown, trouble + "; " + detail, job};
}

NodeStatus status_of_node(const std::string& node, const fs::path& folder,
                          const std::map<std::string, Job>& jobs, Engine& engine) {
  const Measured found = measured_in(folder / node);
  if (found.state == Measured::State::kDone) return {node, State::kDone, of_done(found)};
  const std::string trouble = engine.trouble(node);
  if (const auto job = jobs.find(node); job != jobs.end())
    return with_job(node, job->second, trouble);
  const bool has_begun = found.state == Measured::State::kBegun;
  if (!trouble.empty()) {
    const std::string also = has_begun ? "; " + of_lost(found) : "";
    return {node, State::kDown, trouble + also, std::nullopt, true};
  }
  if (has_begun) return {node, State::kLost, of_lost(found), std::nullopt, true};
  return {node, State::kNeverRan, "", std::nullopt, true};
}

// Submits one node. Returns false if that was refused, and says why.
bool submit(const FleetPlan& plan, const fs::path& folder, const NodeStatus& node, Engine& engine) {
  try {
    if (node.job) engine.cancel(*node.job);
    const std::string said =
        engine.submit({plan.id, node.node, folder / node.node, plan.arguments});
    std::cout << node.node << ": " << said << std::endl;
    return true;
  } catch (const EngineError& why) {
    std::cerr << "bench-all: " << node.node << ": " << why.what() << "\n";
    return false;
  }
}

void give_up(const NodeStatus& node, Engine& engine) {
  std::cerr << "bench-all: " << node.node << " can never run this (" << node.detail
            << "); the job is cancelled\n";
  engine.cancel(*node.job);
}

}  // namespace

std::optional<FleetPlan> read_plan(const fs::path& folder) {
  const auto text = read_text(folder / "fleet.json");
  if (!text) return std::nullopt;
  try {
    const Json plan = Json::parse(*text);
    return FleetPlan{plan.at("fleet"), plan.at("via"), plan.at("nodes"), plan.at("arguments")};
  } catch (const Json::exception&) {
    throw BadUsage((folder / "fleet.json").string() +
                   " is damaged; choose another folder by --out");
  }
}

void write_plan(const fs::path& folder, const FleetPlan& plan) {
  const Json all = {
      {"fleet", plan.id}, {"via", plan.via}, {"nodes", plan.nodes}, {"arguments", plan.arguments}};
  write_file(folder / "fleet.json", to_text(all, 2) + "\n");
}

const char* word_of(State state) {
  switch (state) {
    case State::kDone:
      return "done";
    case State::kRunning:
      return "running";
    case State::kQueued:
      return "queued";
    case State::kDown:
      return "down";
    case State::kLost:
      return "lost";
    case State::kNeverRan:
      return "never ran";
    case State::kNeverCan:
      return "can never run";
  }
  return "";
}

std::vector<NodeStatus> status_of(const FleetPlan& plan, const fs::path& folder, Engine& engine) {
  const auto jobs = engine.jobs(plan.id, folder);
  std::vector<NodeStatus> all;
  for (const auto& node : plan.nodes) all.push_back(status_of_node(node, folder, jobs, engine));
  return all;
}

int heal(const FleetPlan& plan, const fs::path& folder, Engine& engine) {
  int refused = 0;
  for (const auto& node : status_of(plan, folder, engine)) {
    if (node.state == State::kNeverCan) {
      give_up(node, engine);
      ++refused;
    } else if (!node.is_missing) {
      std::cout << node.node << ": " << word_of(node.state) << "; " << node.detail << "\n";
    } else if (!submit(plan, folder, node, engine)) {
      ++refused;
    }
  }
  return refused == 0 ? kOk : kFailed;
}

int say_status(const std::vector<NodeStatus>& nodes) {
  std::size_t width = 4;
  std::map<State, int> counts;
  for (const auto& each : nodes) width = std::max(width, each.node.size());
  for (const auto& each : nodes) {
    ++counts[each.state];
    std::string state = word_of(each.state);
    state.resize(std::max(state.size(), std::string("can never run").size()), ' ');
    std::cout << each.node << std::string(width - each.node.size() + 2, ' ') << state << "  "
              << each.detail << "\n";
  }
  std::cout << counted(nodes.size(), "node");
  for (const auto& [state, count] : counts) {
    std::cout << (state == counts.begin()->first ? ": " : ", ") << count << " " << word_of(state);
  }
  std::cout << "\n";
  if (counts.count(State::kNeverCan) > 0) return kFailed;
  return counts[State::kDone] == static_cast<int>(nodes.size()) ? kOk : kIncomparable;
}

}  // namespace harness
