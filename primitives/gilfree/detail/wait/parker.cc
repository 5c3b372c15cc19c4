#include "gilfree/detail/wait/parker.h"

#include <algorithm>

#include "gilfree/detail/identity/participant.h"

namespace gilfree::detail {

bool park_watchfully(std::span<const WatchedWord> words, Deadline deadline) {
  using Shared = Kernel<Processes>;
  if (!Shared::can_sleep_on_many()) {
    Shared::sleep(*words.front().word, words.front().value, deadline);
    return false;
  }
  Shared::Watch watch;
  for (const WatchedWord& heard : words) watch.add(*heard.word, heard.value);
  Participants::table().each_alive(
      self<Processes>(), [&](auto& alive, std::uint32_t value) { return watch.add(alive, value); });
  auto* woken = watch.sleep(deadline);
  const auto is_woken = [&](const WatchedWord& heard) { return heard.word == woken; };
  if (woken == nullptr || std::any_of(words.begin(), words.end(), is_woken)) return false;
  Shared::wake_all(*woken);  // the kernel told this sleeper alone
  return true;
}

}  // namespace gilfree::detail
