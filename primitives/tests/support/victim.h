// Victims: processes that run an operation up to one of its instructions, and die or freeze there.
//
// crash_lab.h says what for. These are its hands: one victim at a time, whose path is traced once.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_set>
#include <vector>

#include "primitives/tests/support/breakpoint.h"

namespace gilfree::testing {

// What a victim does, as in crash_lab.h.
struct Deed {
  std::function<void()> prepare;
  std::function<void()> operation;
  std::function<void()> others;
  std::function<void()> wake;  // may be empty
  bool ends_asleep = false;
  bool maps_memory = false;
  bool contended = false;
};

// An instruction on the victim's path: `beyond` single steps from the `occurrence`-th time at `address`.
// That is the instruction itself, or the last before it where a breakpoint can be planted.
struct Step {
  std::uintptr_t address;
  int occurrence;
  int beyond;

  bool operator==(const Step&) const = default;
};

// What a trace of nothing meets. To be asked for before all else, in the process whose children trace.
const std::unordered_set<std::uintptr_t>& way_in_and_out();

// Lets a victim go all the way from the state there is, and writes down where it goes. Single steps are
// slow: peers stand still meanwhile, or they would look about and be met where they otherwise are asleep.
// Those stay free that are to be woken with it, or at work.
void trace(const Deed& deed);

// Where it went, without the lab's own way in and out, and of each instruction the first `most_rounds`
// times.
std::vector<Step> traced_path(int most_rounds);

// Kills a victim at `step`. False if it never came there. It is lent its memory (shared_memory_child.h) unless others
// act while it lives.
bool kill_at(const Deed& deed, const Step& step);

// Stops one there: its process id, or 0 if it never came there. To be killed with end().
pid_t freeze_at(const Deed& deed, const Step& step);
// Lets it go on, and waits until it sleeps or has ended. Still to be killed with end().
void thaw(pid_t victim);

// Kills a child, whatever it does, and reaps it.
void end(pid_t child);

}  // namespace gilfree::testing
