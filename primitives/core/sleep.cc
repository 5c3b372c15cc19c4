#include "primitives/core/sleep.h"

#include <algorithm>

#include "primitives/core/participant.h"

namespace gilfree::core {

bool sleep_watchfully(std::span<const Heard> words, Deadline deadline) {
  using Shared = Kernel<Processes>;
  if (!Shared::can_sleep_on_many()) {
    Shared::sleep(*words.front().word, words.front().value, deadline);
    return false;
  }
  Shared::Watch watch;
  for (const Heard& heard : words) watch.add(*heard.word, heard.value);
  Participants::table().each_alive(
      self<Processes>(), [&](auto& alive, std::uint32_t value) { return watch.add(alive, value); });
  auto* woken = watch.sleep(deadline);
  const auto is_woken = [&](const Heard& heard) { return heard.word == woken; };
  if (woken == nullptr || std::any_of(words.begin(), words.end(), is_woken)) return false;
  Shared::wake_all(*woken);  // the kernel told this sleeper alone
  return true;
}

}  // namespace gilfree::core
