#include "gilfree/detail/lock/permits.h"

#include <stdexcept>

namespace gilfree::detail {
namespace {

std::size_t checked(std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) {
    throw std::invalid_argument("gilfree::Semaphore: between 0 and " + std::to_string(most) +
                                " permits, not " + std::to_string(value));
  }
  return static_cast<std::size_t>(value);
}

[[noreturn]] void too_many() {
  throw std::logic_error(
      "gilfree::BoundedSemaphore::release: more than were acquired; release once for each acquire");
}

}  // namespace

std::size_t CountedPermits::words(std::int64_t value) { return checked(value, kMost) * 0; }

void CountedPermits::undo(std::int64_t permits) {
  count_.fetch_sub(static_cast<std::uint32_t>(permits), std::memory_order_relaxed);
  throw std::overflow_error("gilfree::Semaphore::release: more than 2147483647 permits");
}

std::size_t BoundedCount::words(std::int64_t value) { return OwnedPermits::words(value) * 0; }

void BoundedCount::give_back(std::int64_t permits) {
  auto count = count_.load(std::memory_order_relaxed);
  do {
    if (permits > bound_ - count) too_many();
  } while (!count_.compare_exchange_weak(count, count + static_cast<std::uint32_t>(permits),
                                         std::memory_order_release, std::memory_order_relaxed));
}

std::size_t OwnedPermits::words(std::int64_t value) { return checked(value, kMost); }

void OwnedPermits::give_back(std::int64_t permits) {
  if (permits > 1 && permits > static_cast<std::int64_t>(count_) - free_words()) too_many();
  for (; permits > 0; --permits) {
    if (!replace(this_process_id(), kNoOwner) && !free_anybodys()) too_many();
  }
}

bool OwnedPermits::free_anybodys() {
  for (std::size_t at = 0; at < count_; ++at) {
    OwnerId owner = words_[at].load(std::memory_order_relaxed);
    if (owner != kNoOwner &&
        words_[at].compare_exchange_strong(owner, kNoOwner, std::memory_order_acq_rel,
                                           std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool OwnedPermits::reclaim(std::size_t most) {
  bool freed = false;
  OwnerId alive = this_process_id();
  auto at = ask_from_.load(std::memory_order_relaxed);
  for (std::size_t tried = 0, asked = 0; tried < count_ && asked < most; ++tried, ++at) {
    Word& word = words_[at % count_];
    OwnerId owner = word.load(std::memory_order_relaxed);
    if (owner == kNoOwner || owner == alive) continue;
    ++asked;
    if (process_runs(owner)) {
      alive = owner;
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
