#include "gilfree/detail/wait/parker.h"

#include <algorithm>

#include "gilfree/detail/identity/participant.h"

namespace gilfree::detail {

bool park_across_processes(std::span<const WatchedWord> words, Watches watches, Deadline deadline) {
  using Shared = Kernel<Processes>;
  const bool is_plain = watches == Watches::kWords && words.size() == 1;
  if (is_plain || !Shared::can_sleep_on_many()) {
    Shared::sleep(*words.front().word, words.front().value, deadline);
    return false;
  }
  Shared::Watch watch;
  for (const WatchedWord& heard : words) watch.add(*heard.word, heard.value);
  if (watches == Watches::kWordsAndParticipants) {
    Participants::table().each_alive(self<Processes>(), [&](auto& alive, std::uint32_t value) {
      return watch.add(alive, value);
    });
  }
  auto* woken = watch.sleep(deadline);
  const auto is_woken = [&](const WatchedWord& heard) { return heard.word == woken; };
  if (woken == nullptr || std::any_of(words.begin(), words.end(), is_woken)) return false;
  // An arrival has woken all. If each of them woke all again, those that sleep again already would be among
  // them, and many sleepers would keep each other awake for good.
  if (!Participants::table().is_word_of_arrivals(*woken)) {
    Shared::wake_all(*woken);  // the kernel woke this sleeper alone
  }
  return true;
}

}  // namespace gilfree::detail
