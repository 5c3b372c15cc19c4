#include "primitives/core/sleep.h"

#include <algorithm>
#include <cerrno>

#include "primitives/core/participant.h"

namespace gilfree::core {

void sleep_watchfully(std::atomic<std::uint32_t>& word, std::uint32_t heard, Deadline deadline) {
  using Shared = Kernel<Processes>;
  deadline = std::min(deadline, after(kHeartbeat));
  if (!Shared::can_sleep_on_many()) return Shared::sleep(word, heard, deadline);

  Shared::Watch watch;
  watch.add(word, heard);
  Participants::table().each_alive(
      self<Processes>(), [&](auto& alive, std::uint32_t value) { return watch.add(alive, value); });
  // Somebody died or ended (or came): the kernel told this sleeper alone.
  if (auto* other = watch.sleep(deadline); other != nullptr && other != &word) {
    Shared::wake_all(*other);
  }
}

}  // namespace gilfree::core
