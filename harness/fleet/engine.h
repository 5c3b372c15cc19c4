// Engine: what starts a run on a node of a fleet. An engine is one file: local.cc, slurm.cc.
//
// An engine is asked, never trusted: whether a node has been measured is what its files say (nodes.h).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace harness {

// The run of one node.
struct Order {
  std::string fleet;  // the id of the fleet, a part of the job's name
  std::string node;
  std::filesystem::path folder;        // of the node: each attempt is a folder in it
  std::vector<std::string> arguments;  // of `bench-all run`
};

// What the engine says of a node.
struct Job {
  enum class State { kQueued, kRunning, kStuck, kHopeless };
  State state;
  std::string id;
  std::string reason;  // as the engine words it
};

// The engine does not answer, or refuses: what it said, in one line.
class EngineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Returns the nodes that a list and a constraint name. Throws BadUsage for what there is not.
  virtual std::vector<std::string> nodes(const std::string& list,
                                         const std::string& constraint) = 0;
  // Starts or queues the run. Returns what to tell the user of it.
  virtual std::string submit(const Order& order) = 0;
  // Returns the jobs of the fleet in a folder by node. Throws EngineError if that cannot be known.
  virtual std::map<std::string, Job> jobs(const std::string& fleet,
                                          const std::filesystem::path& folder) = 0;
  // Returns why a node cannot run anything now: "down*"; empty if it can, or nothing is known.
  virtual std::string trouble(const std::string& node) = 0;
  virtual void cancel(const Job& job) = 0;
  // Returns what submit() would do, for people.
  virtual std::string plan(const Order& order) = 0;
};

// By its name: "local" or "slurm". Throws BadUsage.
std::unique_ptr<Engine> make_engine(const std::string& name);
std::unique_ptr<Engine> make_local_engine();
std::unique_ptr<Engine> make_slurm_engine();

}  // namespace harness
