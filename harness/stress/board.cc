#include "harness/stress/board.h"

#include <algorithm>

namespace harness::stress {

void Board::record(std::string_view outcome, std::uint64_t samples) {
  outcome = outcome.substr(0, slots_.front().text.size() - 1);
  for (Slot& slot : slots_) {
    std::uint32_t state = slot.state.load();
    if (state == kFree && slot.state.compare_exchange_strong(state, kBeingWritten)) {
      std::copy(outcome.begin(), outcome.end(), slot.text.begin());
      slot.state.store(state = kReady);  // commit: an actor that is killed before loses the slot
    }
    if (state == kReady && outcome == slot.text.data()) {
      slot.samples.fetch_add(samples);
      return;
    }
  }
}

std::uint64_t Board::steps() const {
  std::uint64_t all = leader_steps.load();
  for (const ActorState& each : actors) all += each.steps.load();
  return all;
}

}  // namespace harness::stress
