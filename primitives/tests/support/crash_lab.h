// The crash lab: kill a process at every machine instruction of an operation, and ask a survivor.
//
//   std::optional<Queue<int>> queue;
//   const Walk walk{.fresh = [&] { queue.emplace(4); },
//                   .operation = [&] { queue->put(1); },
//                   .survivor = [&] { return queue->try_get() ? "present" : "absent"; }};
//   const Findings found = kill_at_every_instruction(walk);
//   EXPECT_EQ(found.hangs, 0);
//   EXPECT_EQ(found.edges, 1);     // absent, absent, ..., present, present: one instruction commits
//
// "A process may be killed at any instruction" is a promise about a few hundred places. The operation
// is traced, by single steps; then for each step a fresh process runs at full speed into a
// breakpoint planted there and dies, which costs a tenth of a millisecond instead of a step each for
// every instruction before it (shared_memory_child.h, docs/crash.md). x86-64 only; elsewhere walks find no points.
//
// The victim gets there alone (one schedule), so a walk says nothing of interleavings: the soak does,
// and freezing, where a third party acts while the victim stands still.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <utility>

#include "primitives/tests/support/asleep.h"

namespace gilfree::testing {

struct Walk {
  // In the lab process, before each victim: a new state, and peers if there are to be any.
  std::function<void()> fresh = nullptr;
  // In the victim, not walked: what it did before, so that the walk meets it in mid-life.
  std::function<void()> prepare = [] {};
  // In the victim: walked.
  std::function<void()> operation = nullptr;
  // If given: the operation sleeps, and once it does, this is called in the lab process to wake it.
  // Only what the victim does from then on is walked. Before that `others` come, to sleep behind it.
  std::function<void()> others = [] {};
  std::function<void()> wake = {};
  // Or: the operation is walked until it sleeps for good.
  bool ends_asleep = false;
  // The operation makes or removes mappings: then its victims have memory of their own (shared_memory_child.h).
  bool maps_memory = false;
  // Peers are at work all the time, on another CPU if there is one. Otherwise all stay on one, and peers
  // stand still while the victim is traced, unless it is to be woken.
  bool contended = false;
  // What there is time for, if it takes longer than others. 0: what there is time for with those.
  int most_points = 0;
  // Where others vary the path: one after the other is traced and walked, until so many have been met.
  int least_points = 0;
  // An instruction in a loop is walked so often.
  int most_rounds = 1 << 30;

  // The share of the points that may be missed, for expect_only() of crash_test.h, unless there are
  // `least_points`: more than usual where victims race with others that are awake.
  double most_missed = 0.05;

  // For kill_in_recovery_too, in a second victim after the death of the first: walked.
  std::function<void()> recovery = {};
  // For freeze_at_every_instruction, in the lab process: while the victim stands still.
  std::function<void()> meanwhile = [] {};
  // After that it is not killed, but goes on; to its end, or until it has to wait.
  bool goes_on = false;
  // In the lab process, when the victim has just been killed, or has gone on.
  std::function<void()> afterwards = [] {};

  // In a fresh process, after the death: uses the state and says in a word or two what it found. It
  // must not wait for ever where the promise holds; where it does, the lab calls it a hang.
  std::function<std::string()> survivor = nullptr;
  // Long against anything that is promised, also on a busy machine.
  std::chrono::milliseconds patience = std::chrono::seconds(10);
  // In the lab process, after the survivor: ends the peers. May overrule its word if not empty.
  std::function<std::string()> after = [] { return std::string(); };
};

struct Findings {
  int points = 0;        // instructions, or pairs of them, at which a victim died
  int instructions = 0;  // that there are on the path, or on the paths
  int missed = 0;  // none of three came by there again: the path depends on more than the state
  int hangs = 0;
  int edges = 0;                        // how often the word changed from one point to the next
  std::map<std::string, int> verdicts;  // word -> points
  std::map<std::string, std::pair<int, int>> spans;  // word -> its first and last instruction
  std::string first, last;                           // words at the first and the last point
  std::chrono::microseconds slowest{};               // longest a survivor took

  // True if all verdicts are among these.
  bool only(const std::map<std::string, int>& words) const;
  void add(const std::string& verdict, int instruction);
};

std::ostream& operator<<(std::ostream& out, const Findings& findings);

// False where nothing can be stepped through: walks find no points.
bool can_walk();

// Every instruction if the environment says GILFREE_CRASH_BUDGET=full. Otherwise as many as it says, or
// as the walk says, or 4,000, evenly spread, and between two of them that answer differently more, until
// the instruction is found that makes the difference.
Findings kill_at_every_instruction(const Walk& walk);

// A second victim, that recovers from the first one's death, is killed too: every instruction of the
// operation with every one of the recovery, or about 7,500 pairs, or as many as the walk says.
Findings kill_in_recovery_too(const Walk& walk);

// Others act while the victim stands still at an instruction; then it is killed, or goes on. As
// kill_at_every_instruction.
Findings freeze_at_every_instruction(const Walk& walk);

// Runs the survivor without a death, in the same way: what it would say.
std::string ask_survivor(const Walk& walk);

}  // namespace gilfree::testing
