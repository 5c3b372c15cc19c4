#include "gilfree/detail/lock/permits.h"

#include <stdexcept>
#include <string>

#include "gilfree/detail/lock/counted_permits.h"

namespace gilfree::detail {

std::size_t checked_permits(std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) {
    throw std::invalid_argument("gilfree::Semaphore: between 0 and " + std::to_string(most) +
                                " permits, not " + std::to_string(value));
  }
  return static_cast<std::size_t>(value);
}

void throw_permit_overflow() {
  throw std::overflow_error("gilfree::Semaphore::release: more than 2147483647 permits");
}

void throw_released_too_often() {
  throw std::logic_error(
      "gilfree::BoundedSemaphore::release: more than were acquired; release once for each acquire");
}

void BoundedCount::give_back(std::int64_t permits) {
  try {
    give_back_up_to(bound_, permits);
  } catch (const std::overflow_error&) {
    throw_released_too_often();
  }
}

std::size_t OwnedPermits::extra(std::int64_t value) {
  return checked_permits(value, kMostOwned) * sizeof(Word);
}

// Each give_back() wakes one waiter, which wakes the next one if it leaves permits behind: one that gives
// back several, or several that gave back before it ran.
bool OwnedPermits::take_until(Deadline deadline) {
  for (bool slept = false;;) {
    const auto waited = state_.freed.wait(
        deadline, kNoCpu, [&] { return any(); }, [&] { return reclaim(kFew); });
    if (waited == Waited::kTooLate) return false;
    slept = slept || waited == Waited::kAsleep;
    if (!try_take()) continue;
    if (slept && any()) state_.freed.notify_one();
    return true;
  }
}

void OwnedPermits::give_back(std::int64_t permits) {
  if (permits > static_cast<std::int64_t>(count_)) throw_released_too_often();
  if (permits > 1) {
    give_back_many(static_cast<std::size_t>(permits));
    return state_.freed.notify_all();
  }
  if (!replace(this_process_id(), kNoOwner) && !give_back_anybodys()) throw_released_too_often();
  state_.freed.notify_one();
}

bool OwnedPermits::give_back_anybodys() {
  std::vector<Marked> marked;
  marked.reserve(1);
  mark(false, 1, marked);
  if (marked.empty()) return false;
  words_[marked[0].at].store(kNoOwner, std::memory_order_release);
  return true;
}

void OwnedPermits::give_back_many(std::size_t permits) {
  std::vector<Marked> marked;
  marked.reserve(permits);
  mark(true, permits, marked);
  mark(false, permits, marked);
  const bool is_enough = marked.size() == permits;
  for (const Marked& word : marked) {
    words_[word.at].store(is_enough ? kNoOwner : word.owner, std::memory_order_release);
  }
  if (!is_enough) throw_released_too_often();
}

void OwnedPermits::mark(bool own, std::size_t enough, std::vector<Marked>& marked) {
  const OwnerId mine = this_process_id();
  for (std::size_t at = 0; at < count_ && marked.size() < enough; ++at) {
    OwnerId owner = words_[at].load(std::memory_order_relaxed);
    const bool is_marked = (owner & kMark) != 0;
    if (owner == kNoOwner || is_marked || (own && owner != mine)) continue;
    if (words_[at].compare_exchange_strong(owner, mine | kMark, std::memory_order_acq_rel,
                                           std::memory_order_relaxed)) {
      marked.push_back({at, owner});
    }
  }
}

bool OwnedPermits::reclaim(std::size_t most) {
  bool freed = false;
  OwnerId alive = this_process_id();
  auto at = ask_from_.load(std::memory_order_relaxed);
  for (std::size_t tried = 0, asked = 0; tried < count_ && asked < most; ++tried, ++at) {
    Word& word = words_[at % count_];
    OwnerId owner = word.load(std::memory_order_relaxed);
    const OwnerId process = owner & ~kMark;
    if (process == kNoOwner || process == alive) continue;
    ++asked;
    if (process_runs(process)) {
      alive = process;
    } else {
      freed |= word.compare_exchange_strong(owner, kNoOwner, std::memory_order_acq_rel,
                                            std::memory_order_relaxed);
    }
  }
  ask_from_.store(at, std::memory_order_relaxed);
  return freed;
}

std::int64_t OwnedPermits::free_words() const {
  std::int64_t found = 0;
  for (std::size_t at = 0; at < count_; ++at) {
    found += words_[at].load(std::memory_order_relaxed) == kNoOwner ? 1 : 0;
  }
  return found;
}

}  // namespace gilfree::detail
