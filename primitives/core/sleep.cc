#include "primitives/core/sleep.h"

#include "primitives/core/participant.h"

namespace gilfree::core {

bool sleep_watchfully(std::atomic<std::uint32_t>& word, std::uint32_t heard, Deadline deadline) {
  using Shared = Kernel<Processes>;
  if (!Shared::can_sleep_on_many()) {
    Shared::sleep(word, heard, deadline);
    return false;
  }
  Shared::Watch watch;
  watch.add(word, heard);
  Participants::table().each_alive(
      self<Processes>(), [&](auto& alive, std::uint32_t value) { return watch.add(alive, value); });
  auto* woken = watch.sleep(deadline);
  if (woken == nullptr || woken == &word) return false;
  Shared::wake_all(*woken);  // the kernel told this sleeper alone
  return true;
}

}  // namespace gilfree::core
