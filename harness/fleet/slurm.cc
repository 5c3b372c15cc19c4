// The engine of clusters: one exclusive job for each node, pinned to it. sbatch, squeue, scancel and sinfo are
// searched on PATH. The partition, the account and the time limit are given by Slurm's own variables:
// SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT.
//
// The output folder must be shared by the nodes.
#include <algorithm>
#include <cctype>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/lists.h"
#include "harness/fleet/engine.h"
#include "harness/fleet/nodes.h"
#include "harness/fleet/program.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

std::string prefix_of(const std::string& fleet) { return "gilfree-" + fleet + "-"; }

// sbatch accepts what can never run, and it pends for ever with one of these reasons. ReqNodeNotAvail is none
// of them: such a job runs once its node is back.
bool is_hopeless(const std::string& reason) {
  for (const char* word :
       {"PartitionConfig", "PartitionNodeLimit", "PartitionTimeLimit", "BadConstraints",
        "InvalidAccount", "InvalidQOS", "AccountNotAllowed", "QOSNotAllowed"}) {
    if (reason.find(word) != std::string::npos) return true;
  }
  return false;
}

// Slurm holds a job whose launch failed, until it is released by hand: another one is submitted instead.
bool is_held(const std::string& reason) {
  return reason.find("held") != std::string::npos || reason.find("Held") != std::string::npos;
}

Job job_from(const std::string& id, const std::string& state, const std::string& reason) {
  if (state != "PENDING") return {Job::State::kRunning, id, state};
  if (is_hopeless(reason)) return {Job::State::kHopeless, id, reason};
  if (is_held(reason)) return {Job::State::kStuck, id, reason};
  return {Job::State::kQueued, id, reason};
}

// `__node` holds a lock of the node while it runs the rest (kernel_lock.h): a job that the controller has
// forgotten may still run there.
std::string script_of(const Order& order) {
  std::vector<std::string> command{this_program(), "__node", prefix_of(order.fleet) + order.node,
                                   "run"};
  command.insert(command.end(), order.arguments.begin(), order.arguments.end());
  // A controller that has lost its state numbers jobs from there on again, and restarts them as new: the folder
  // of an attempt may exist.
  return "#!/bin/sh\n"
         "attempt=" +
         shell_words({order.folder.string() + "/"}) +
         "\"$SLURM_JOB_ID-${SLURM_RESTART_COUNT:-0}\"\n"
         "out=$attempt number=1\n"
         "while [ -e \"$out\" ]; do number=$((number + 1)); out=$attempt.$number; done\n"
         "exec " +
         shell_words(command) + " --out \"$out\"\n";
}

// --exclusive: nothing else runs there. --requeue and append: after a failure of the node the job begins anew,
// and its log goes on. B:TERM: bench-all alone is told of the time limit, and keeps what it has measured.
std::vector<std::string> command_of(const Order& order) {
  return {"sbatch",
          "--parsable",
          "--job-name=" + prefix_of(order.fleet) + order.node,
          "--nodes=1",
          "--nodelist=" + order.node,
          "--exclusive",
          "--requeue",
          "--open-mode=append",
          "--signal=B:TERM@30",
          "--output=" + (order.folder / "job.log").string(),
          (order.folder / "job.sh").string()};
}

// Lines of fields with '|' between them.
std::vector<std::vector<std::string>> table_of(const std::vector<std::string>& command,
                                               std::size_t fields) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : split(answer_of(command), '\n')) {
    auto cells = split(line, '|');
    if (cells.size() >= fields) rows.push_back(std::move(cells));
  }
  return rows;
}

// Whether a node with these features, "avx512,fast", has all that are wanted, "fast&avx512".
bool has_all(const std::string& features, const std::string& wanted) {
  const auto has = split(features, ',');
  const auto all = split(wanted, '&');
  return std::all_of(all.begin(), all.end(),
                     [&](const std::string& each) { return contains(has, each); });
}

class SlurmEngine : public Engine {
 public:
  std::vector<std::string> nodes(const std::string& list, const std::string& constraint) override {
    if (list.empty() && constraint.empty()) {
      throw BadUsage(
          "fleet: name the nodes, as --nodes n[1-4], or a feature of theirs, --constraint C");
    }
    if (constraint.find_first_of("|[]()*!") != std::string::npos) {
      throw BadUsage("--constraint: " + in_quotes(constraint) +
                     " is more than features joined by &; name the nodes by --nodes");
    }
    const auto wanted = list.empty() ? std::vector<std::string>() : node_names(list);
    std::vector<std::string> known, chosen;
    for (const auto& row : table_of({"sinfo", "--noheader", "--Node", "--format=%N|%f"}, 2)) {
      if (contains(known, row[0])) continue;
      known.push_back(row[0]);
      const bool named = list.empty() || contains(wanted, row[0]);
      if (named && (constraint.empty() || has_all(row[1], constraint))) chosen.push_back(row[0]);
    }
    for (const auto& name : wanted) {
      if (contains(known, name)) continue;
      throw BadUsage("--nodes: Slurm has no node " + in_quotes(name) + "; `sinfo -N` lists them");
    }
    if (chosen.empty()) throw BadUsage("fleet: no node has " + in_quotes(constraint));
    return chosen;
  }

  std::string submit(const Order& order) override {
    fs::create_directories(order.folder);
    write_file(order.folder / "job.sh", script_of(order));
    const std::string said = answer_of(command_of(order));
    return "job " + said.substr(0, said.find_first_of(";\n"));
  }

  std::map<std::string, Job> jobs(const std::string& fleet, const fs::path&) override {
    std::map<std::string, Job> found;
    const std::string prefix = prefix_of(fleet);
    for (const auto& row : table_of({"squeue", "--noheader", "--format=%i|%j|%T|%r"}, 4)) {
      if (row[1].rfind(prefix, 0) != 0) continue;
      const Job job = job_from(row[0], row[2], row[3]);
      const auto [at, is_new] = found.emplace(row[1].substr(prefix.size()), job);
      if (!is_new && job.state == Job::State::kRunning) at->second = job;
    }
    return found;
  }

  std::string trouble(const std::string& node) override {
    if (states_.empty()) {
      for (const auto& row : table_of({"sinfo", "--noheader", "--Node", "--format=%N|%T"}, 2)) {
        states_[row[0]] = row[1];
      }
    }
    const auto found = states_.find(node);
    if (found == states_.end()) return "is not in Slurm";
    for (const char* word : {"down", "drain", "fail", "unk", "*", "power", "maint", "reboot"}) {
      if (found->second.find(word) != std::string::npos) return found->second;
    }
    return {};
  }

  void cancel(const Job& job) override { answer_of({"scancel", job.id}); }

  std::string plan(const Order& order) override {
    return shell_words(command_of(order)) + "\n" + script_of(order);
  }

 private:
  std::map<std::string, std::string> states_;  // by node, as sinfo says
};

}  // namespace

std::unique_ptr<Engine> make_slurm_engine() { return std::make_unique<SlurmEngine>(); }

}  // namespace harness
