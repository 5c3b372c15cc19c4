// Board: what the actors of a trial report to the engine, in shared memory.
//
// Everything on it is written by atomic stores, so that it is readable after any actor was killed.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace harness::stress {

inline constexpr int kMostActors = 16;

struct ActorState {
  enum State : std::uint32_t { kNotStarted, kRuns, kEnded, kKilled };

  std::atomic<std::uint32_t> state{kNotStarted};
  std::atomic<pid_t> pid{0}, tid{0};
  std::atomic<const char*> at{""};      // what it is doing; a string literal of this program
  std::atomic<std::uint64_t> steps{0};  // marked points that it has passed
};

class Board {
 public:
  // Counts an outcome. It is cut after 100 bytes; a new one is dropped if there are 32 others already.
  void record(std::string_view outcome, std::uint64_t samples = 1);

  // Calls use(text, samples) for each outcome that was recorded.
  template <typename Use>
  void each_outcome(Use use) const {
    for (const Slot& slot : slots_) {
      if (slot.state.load() == kReady) use(std::string(slot.text.data()), slot.samples.load());
    }
  }

  // Returns how many marked points all actors together have passed, and the leader: it grows for as long
  // as the trial gets on.
  std::uint64_t steps() const;

  std::array<ActorState, kMostActors> actors;
  std::atomic<std::uint64_t> leader_steps{0};  // stages that the trial as a whole has come through
  std::atomic<const char*> leader_at{"starts"};
  std::atomic<std::uint32_t> began{0};    // actors that have come to the start
  std::atomic<std::uint32_t> meeting{0};  // of Actor::meet(): arrivals, of all rounds
  std::atomic<bool> skipped{false};  // this machine cannot run the test; the only outcome says why

 private:
  enum State : std::uint32_t { kFree, kBeingWritten, kReady };
  struct Slot {
    std::atomic<std::uint32_t> state{kFree};
    std::atomic<std::uint64_t> samples{0};
    std::array<char, 101> text{};
  };

  std::array<Slot, 32> slots_;
};

}  // namespace harness::stress
